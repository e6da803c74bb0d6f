"""The stand-in as cryosparc-tools 4.7 asks it: JSON-RPC of command_core (base port + 2), command_vis (+ 3) and
command_rtp (+ 5), and command_vis's plain requests for datasets and files."""
import json

from stand_in import EMAIL, LICENSE, PASSWORD, Refused
from stand_in_http import Handler, free_base, serve


def document(project, job):
    """A job as the database has it."""
    results = []
    for name, output in job.outputs.items():
        for slot in output["slots"]:
            fields = [[field.split("/", 1)[1], dtype] for field, dtype in project.fields(job.uid, name)
                      if field.startswith(slot + "/")] if job.kind == "snowflake" else []
            results.append({"group_name": name, "name": slot, "passthrough": False, "min_fields": fields, "metafiles": []})
    return {"_id": job.uid, "uid": job.uid, "project_uid": project.uid, "job_type": job.kind, "status": job.status,
            "title": job.title, "input_slot_groups": [{"name": name, "type": entry["type"]} for name, entry in job.inputs.items()],
            "output_result_groups": [{"name": name, "type": entry["type"]} for name, entry in job.outputs.items()],
            "output_results": results}


class Methods:
    """The procedures of one service, by name."""

    def __init__(self, project):
        self.project = project

    def names(self):
        return [name for name in dir(self) if not name.startswith("_") and name not in ("names", "project")]

    def _in_project(self, uid):
        if uid != self.project.uid:
            raise Refused(404, f"there is no project {uid}")


class Core(Methods):
    def get_id_by_email_password(self, email, password):
        if (email, password) != (EMAIL, PASSWORD):
            raise Refused(401, "wrong email or password")
        return "user1"

    def get_running_version(self):
        return "v4.7.1"

    def get_project(self, project_uid):
        self._in_project(project_uid)
        return {"_id": "1", "uid": project_uid}

    def get_project_dir_abs(self, project_uid):
        self._in_project(project_uid)
        return str(self.project.folder)

    def get_job(self, project_uid, job_uid):
        self._in_project(project_uid)
        return document(self.project, self.project.job(job_uid))

    def job_send_streamlog(self, project_uid, job_uid, message, error):
        self._in_project(project_uid)
        self.project.add_log(job_uid, message, "error" if error else "text")
        return "event"

    def run_external_job(self, project_uid, job_uid, status):
        self._in_project(project_uid)
        self.project.start(job_uid, status)

    def set_job_status(self, project_uid, job_uid, status):
        self._in_project(project_uid)
        self.project.finish(job_uid, None if status == "completed" else status)


class Vis(Methods):
    def create_external_job(self, project_uid, workspace_uid, user, title, desc):
        self._in_project(project_uid)
        return self.project.create_external(workspace_uid, title).uid

    def connect_external_job(self, project_uid, source_job_uid, source_output, target_job_uid, target_input, slots, title, desc):
        self._in_project(project_uid)
        source = self.project.job(source_job_uid)
        if source_output not in source.outputs:
            raise Refused(404, f"job {source_job_uid} has no output {source_output}")
        self.project.add_input(target_job_uid, target_input, source.outputs[source_output]["type"], slots)
        self.project.connect(target_job_uid, target_input, source_job_uid, source_output)
        return True

    def add_external_job_output(self, project_uid, job_uid, type, name, slots, passthrough, title):
        self._in_project(project_uid)
        self.project.add_output(job_uid, name, type, slots, passthrough)


class Rtp(Methods):
    pass


def service(methods):
    class Service(Handler):
        def route(self, path, query, body):
            if self.headers.get("License-ID") != LICENSE:
                raise Refused(401, "wrong license")
            if path == "/api":
                self.call(json.loads(body))
            elif isinstance(methods, Vis):
                self.plain(path.strip("/").split("/"), query, body)
            else:
                raise Refused(404, path)

        def call(self, request):
            name, given = request["method"], request["params"]
            try:
                if name == "system.describe":
                    result = {"procs": [{"name": name} for name in methods.names()]}
                elif name not in methods.names():
                    raise Refused(404, f"no method {name}")
                else:
                    call = getattr(methods, name)
                    result = call(**given) if isinstance(given, dict) else call(*given)
            except Refused as error:
                self.answer({"error": {"name": "ServerError", "code": error.code, "message": str(error)}})
            else:
                self.answer({"result": result})

        def plain(self, words, query, body):
            project = methods.project
            if words == ["load_job_input"]:
                asked = json.loads(body)
                self.answer(project.load_input(asked["job_uid"], asked["input_name"], asked["slots"]),
                            "application/x-cryosparc-dataset")
            elif words == ["get_project_file"]:
                self.answer(project.download(json.loads(body)["path"]), "application/octet-stream")
            elif words[0] == "external" and words[5:6] == ["outputs"] and words[-1] == "dataset":
                project.save_output(words[4], words[6], body)
                self.answer({})
            elif words[0] == "projects" and words[-1] == "files":
                project.upload(query["path"][0], body, "overwrite" in query)
                self.answer({})
            else:
                raise Refused(404, "/".join(words))
    return Service


def start(project):
    """(servers, the variables that lead cryosparc-tools here)."""
    base = free_base((2, 3, 5))
    servers = [serve(service(kind(project)), base + offset) for kind, offset in ((Core, 2), (Vis, 3), (Rtp, 5))]
    return servers, {"CRYOSPARC_MASTER_HOSTNAME": "127.0.0.1", "CRYOSPARC_BASE_PORT": str(base), "CRYOSPARC_EMAIL": EMAIL,
                     "CRYOSPARC_PASSWORD": PASSWORD, "CRYOSPARC_LICENSE_ID": LICENSE}
