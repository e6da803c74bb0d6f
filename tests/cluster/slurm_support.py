"""A Slurm of this machine for tests: one slurmctld and several slurmd of one processor each, in a temporary folder, with the
programs of the system's packages. Nothing is installed or left behind, no user but the present one is needed."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "scontrol")

CONFIGURATION = """ClusterName=picker
SlurmctldHost=localhost
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
ReturnToService=2
KillWait=2
{nodes}PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """The first program that is not here, or None."""
    found = {program: shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") for program in PROGRAMS}
    return next((program for program, path in found.items() if path is None), None)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """Started by `with`; `run` gives commands the right configuration."""

    def __init__(self, folder, nodes=2):
        self.folder, self.nodes = pathlib.Path(folder), [f"node{i}" for i in range(nodes)]
        self.processes = {}
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "SBATCH_"))}
        self.environment["SLURM_CONF"] = str(self.folder / "slurm.conf")
        self.environment["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"

    def __enter__(self):
        (self.folder / "state").mkdir(parents=True)
        ports = free_ports(1 + len(self.nodes))
        nodes = "".join(f"NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=4096\n"
                        for name, port in zip(self.nodes, ports[1:]))
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(ports=ports, user=user, folder=self.folder, nodes=nodes))
        try:
            self.begin("slurmctld")
            for node in self.nodes:
                (self.folder / node).mkdir()
                self.begin("slurmd", "-N", node)
            self.wait_for(lambda: sorted(self.run("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split()) == self.nodes, "the nodes do not come up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def begin(self, program, *words):
        with (self.folder / f"{program}{''.join(words)}.out").open("w") as log:
            self.processes[(program, *words)] = subprocess.Popen([program, "-D", *words], env=self.environment, stdin=subprocess.DEVNULL,
                                                                 stdout=log, stderr=log)

    def logs(self):
        return "".join(f"== {path.name}\n{path.read_text()[-2000:]}\n" for path in sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out")))

    def wait_for(self, ready, what, seconds=60):
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise RuntimeError(f"{what}\n{self.logs()}")
            time.sleep(0.1)

    def run(self, *words, cwd=None, code=0, **more):
        done = subprocess.run([str(word) for word in words], env={**self.environment, **more}, cwd=cwd, capture_output=True, text=True, timeout=120,
                              check=False)
        if code is not None and done.returncode != code:
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}\n{self.logs()}")
        return done.stdout

    def states(self, job):
        """{task of the array: state}, also of ended ones."""
        lines = self.run("squeue", "-h", "-r", "-j", job, "-t", "all", "-o", "%K %T").splitlines()
        return {int(task) if task.isdigit() else 0: state for task, state in (line.split() for line in lines)}

    def wait(self, job, seconds=300):
        ended = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}
        self.wait_for(lambda: set(self.states(job).values()) <= ended, f"job {job} does not end", seconds)
        return self.states(job)
