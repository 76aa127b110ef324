"""Answers, for each line of JSON on stdin (arguments after `ansible-inventory`), what ansible-core says: its exit status and output."""
import contextlib
import io
import json
import os
import sys

real = sys.stdout
sys.argv = ["ansible-inventory"]
from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.utils.context_objects import GlobalCLIArgs  # noqa: E402

for line in sys.stdin:
    request = json.loads(line)
    os.chdir(request["cwd"])
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            # Arguments are meant to be set once in a process.
            GlobalCLIArgs._Singleton__instance = None
            status = InventoryCLI(["ansible-inventory", *request["args"]]).run() or 0
        except SystemExit as end:
            status = end.code or 0
        except Exception as error:  # what the command would print and fail with
            err.write(str(error))
            status = 1
    print(json.dumps({"status": status, "stdout": out.getvalue(), "stderr": err.getvalue()}), file=real, flush=True)
