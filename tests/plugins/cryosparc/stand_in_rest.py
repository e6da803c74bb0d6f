"""The stand-in as cryosparc-tools 5.0 asks it: REST below /api/cmd, described by an OpenAPI document from which the client
makes its functions."""
import hashlib
import json
import re
import urllib.parse

from stand_in import EMAIL, PASSWORD, Refused
from stand_in_http import Handler, free_base, serve

DATASET, BYTES, JSON = "application/x-cryosparc-dataset", "application/octet-stream", "application/json"
TOKEN = "a token"
NOW = "2026-01-01T00:00:00Z"


def document(project, job):
    """A job in the form of the client's model."""
    def slots(entry):
        return [{"name": slot, "dtype": slot} for slot in entry["slots"]]
    inputs = {name: {"type": entry["type"], "title": name, "slots": slots(entry)} for name, entry in job.inputs.items()}
    outputs = {name: {"type": entry["type"], "title": name, "slots": slots(entry), "passthrough": entry["passthrough"]}
               for name, entry in job.outputs.items()}
    return {"uid": job.uid, "project_uid": project.uid, "job_dir": job.uid, "job_dir_size_last_updated": NOW,
            "uid_num": int(job.uid[1:]), "project_uid_num": int(project.uid[1:]), "status_num": 0, "build_errors": [],
            "status": job.status, "title": job.title,
            "spec": {"type": job.kind, "ui_tile_width": 1, "ui_tile_height": 1, "resource_spec": {}, "inputs": inputs,
                     "outputs": outputs}}


class Api:
    """The calls: (name, method, path, query parameters, kind of body, kind of answer) -> what answers them."""

    def __init__(self, project):
        self.project, self.calls = project, []
        add = self.calls.append
        job = "/projects/{project_uid}/jobs/{job_uid}"
        add(("users.me", "get", "/users/me", [], None, "User", self.me))
        add(("config.get_version", "get", "/config/version", [], None, None, lambda: "v5.0.3"))
        add(("projects.find_one", "get", "/projects/{project_uid}", [], None, "Project", self.find_project))
        add(("projects.get_directory", "get", "/projects/{project_uid}/directory", [], None, None,
             lambda project_uid: str(project.folder)))
        add(("projects.upload_file", "post", "/projects/{project_uid}/files", ["path", "overwrite"], BYTES, None, self.upload))
        add(("projects.download_file", "get", "/projects/{project_uid}/files", ["path"], None, BYTES,
             lambda project_uid, path: project.download(path)))
        add(("jobs.create", "post", "/projects/{project_uid}/workspaces/{workspace_uid}/jobs", ["type", "title", "description"],
             None, "Job", self.create))
        add(("jobs.find_one", "get", job, [], None, "Job", self.answer_job(lambda uid: None)))
        add(("jobs.add_external_input", "post", job + "/inputs/{name}", [], JSON, "Job", self.answer_job(
            lambda uid, name, body: project.add_input(uid, name, body["type"], body["slots"]))))
        add(("jobs.connect", "post", job + "/inputs/{name}/connections", ["source_output_name", "source_job_uid"], None, "Job",
             self.answer_job(lambda uid, name, source_output_name, source_job_uid: project.connect(
                 uid, name, source_job_uid, source_output_name))))
        add(("jobs.add_external_output", "post", job + "/outputs/{name}", [], JSON, "Job", self.answer_job(
            lambda uid, name, body: project.add_output(uid, name, body["type"], body["slots"], body.get("passthrough")))))
        add(("jobs.get_output_fields", "post", job + "/outputs/{name}/fields", [], JSON, None,
             lambda project_uid, job_uid, name, body: project.fields(job_uid, name)))
        add(("jobs.load_input", "get", job + "/inputs/{name}/dataset", ["slots"], None, DATASET,
             lambda project_uid, job_uid, name, slots=(): project.load_input(job_uid, name, slots)))
        add(("jobs.save_output", "post", job + "/outputs/{name}/dataset", ["version"], DATASET, "Job", self.answer_job(
            lambda uid, name, body, version="0": project.save_output(uid, name, body))))
        add(("jobs.mark_running", "post", job + "/running", ["status"], None, "Job", self.answer_job(
            lambda uid, status: project.start(uid, status))))
        add(("jobs.mark_completed", "post", job + "/completed", [], None, "Job", self.answer_job(lambda uid: project.finish(uid))))
        add(("jobs.mark_failed", "post", job + "/failed", ["error"], None, "Job", self.answer_job(
            lambda uid, error="": project.finish(uid, error))))
        add(("jobs.add_event_log", "post", job + "/events", ["type"], JSON, "TextEvent", self.log))

    def me(self):
        return {"name": "someone", "first_name": "Some", "last_name": "One"}

    def find_project(self, project_uid):
        return {"uid": project_uid, "project_dir": str(self.project.folder), "owner_user_id": "1", "title": "T",
                "size_last_updated": NOW, "uid_num": 3}

    def upload(self, project_uid, body, path, overwrite="false"):
        self.project.upload(path, body, overwrite.lower() in ("true", "1"))

    def create(self, project_uid, workspace_uid, type, title="", description=""):
        if type != "snowflake":
            raise Refused(422, f"no External job: {type}")
        return document(self.project, self.project.create_external(workspace_uid, title))

    def answer_job(self, action):
        def call(project_uid, job_uid, **given):
            action(job_uid, **given)
            return document(self.project, self.project.job(job_uid))
        return call

    def log(self, project_uid, job_uid, body, type="text"):
        self.project.add_log(job_uid, body, type)
        return {"project_uid": project_uid, "job_uid": job_uid, "type": type, "text": body}

    def openapi(self):
        paths = {"/login": {"post": {"summary": "login", "requestBody": {"content": {"application/x-www-form-urlencoded": {}}},
                                     "responses": self.response("Token")}}}
        for name, method, path, query, body, reply, _ in self.calls:
            parameters = [{"name": part, "in": "path", "required": True} for part in re.findall("{(.*?)}", path)]
            parameters += [{"name": part, "in": "query", "required": False} for part in query]
            entry = {"summary": name, "parameters": parameters, "responses": self.response(reply)}
            if body:
                entry["requestBody"] = {"content": {body: {"schema": {"title": "Body"}}}}
            paths.setdefault(path, {})[method] = entry
        return {"info": {}, "components": {}, "paths": paths}

    @staticmethod
    def response(reply):
        if reply in (DATASET, BYTES):
            return {"200": {"content": {reply: {}}}}
        return {"200": {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{reply}"} if reply else {}}}}}


def service(api):
    class Service(Handler):
        def route(self, path, query, body):
            path = path.removeprefix("/api/cmd")
            if path == "/openapi.json":
                self.answer(api.openapi())
                return
            if path == "/login":
                form = urllib.parse.parse_qs(body.decode())
                if (form["username"][0], form["password"][0]) != (EMAIL, hashlib.sha256(PASSWORD.encode()).hexdigest()):
                    raise Refused(401, "wrong email or password")
                self.answer({"access_token": TOKEN, "token_type": "bearer"})
                return
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "not logged in")
            for _, method, pattern, known, kind, reply, action in api.calls:
                match = re.fullmatch(re.sub("{(.*?)}", r"(?P<\1>[^/]+)", pattern), path)
                if match and self.command.lower() == method:
                    self.call(match.groupdict(), query, body, known, kind, reply, action)
                    return
            raise Refused(404, f"{self.command} {path}")

        def call(self, parts, query, body, known, kind, reply, action):
            given = dict(parts)
            if given.get("project_uid", api.project.uid) != api.project.uid:
                raise Refused(404, f"there is no project {given['project_uid']}")
            for name, values in query.items():
                if name not in known:
                    raise Refused(422, f"unknown parameter {name}")
                given[name] = values if name == "slots" else values[0]
            if kind:
                if self.headers.get("Content-Type") != kind:
                    raise Refused(415, f"{self.headers.get('Content-Type')} instead of {kind}")
                given["body"] = json.loads(body) if kind == JSON else body
            result = action(**given)
            self.answer(result, reply if reply in (DATASET, BYTES) else JSON)
    return Service


def start(project):
    """(servers, the variables that lead cryosparc-tools here)."""
    base = free_base((0,))
    return [serve(service(Api(project)), base)], {
        "CRYOSPARC_BASE_URL": f"http://127.0.0.1:{base}", "CRYOSPARC_EMAIL": EMAIL, "CRYOSPARC_PASSWORD": PASSWORD}
