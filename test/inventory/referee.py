"""Answers, for each line of JSON on stdin, what ansible-core says.

{"cwd", "args"}: exit status and output of `ansible-inventory ARGS`; {"cwd", "sources", "pattern", "limit"}: the hosts that a play
would have, as JSON; {"cwd", "template", "vars"}: the value of a template, as JSON. "plugins" are the readers of inventories that are tried, by default Ansible's own list.
"""
import contextlib
import io
import json
import os
import sys

real = sys.stdout
sys.argv = ["ansible-inventory"]
from ansible import constants  # noqa: E402
from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.inventory.manager import InventoryManager  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.template import Templar  # noqa: E402
from ansible.utils.context_objects import GlobalCLIArgs  # noqa: E402
from ansible.utils.unsafe_proxy import wrap_var  # noqa: E402

enabled = constants.INVENTORY_ENABLED


def run(request):
    if "pattern" in request:
        manager = InventoryManager(loader=DataLoader(), sources=request["sources"])
        manager.subset(request.get("limit"))
        print(json.dumps([host.name for host in manager.get_hosts(request["pattern"])]))
        return 0
    if "template" in request:
        variables = {name: wrap_var(value) if name.startswith("unsafe") else value for name, value in request["vars"].items()}
        print(json.dumps(Templar(DataLoader(), variables=variables).template(request["template"], disable_lookups=True)))
        return 0
    # Arguments are meant to be set once in a process.
    GlobalCLIArgs._Singleton__instance = None
    return InventoryCLI(["ansible-inventory", *request["args"]]).run() or 0


for line in sys.stdin:
    request = json.loads(line)
    os.chdir(request["cwd"])
    constants.INVENTORY_ENABLED = request.get("plugins", enabled)
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = run(request)
        except SystemExit as end:
            status = end.code or 0
        except Exception as error:  # what the command would print and fail with
            err.write(str(error))
            status = 1
    print(json.dumps({"status": status, "stdout": out.getvalue(), "stderr": err.getvalue()}), file=real, flush=True)
