"""Answers, for each case of the JSON list on stdin ({cwd, argv, env}), which vault passwords
ansible-core takes, and which of the files v-* they open: {"passwords": ["ID=PASSWORD"], "opened": [NAME]}."""
import glob
import importlib
import json
import os
import sys

real = os.dup(1)
os.dup2(2, 1)
sys.argv = ["ansible-inventory"]
from ansible import constants, context  # noqa: E402
from ansible.cli import CLI  # noqa: E402
from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.errors import AnsibleError  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.parsing.vault import VaultLib  # noqa: E402


def opens(secrets, name):
    try:
        with open(name, "rb") as file:
            return VaultLib(secrets=secrets).decrypt(file.read()) is not None
    except AnsibleError:
        return False


def answer(case):
    os.chdir(case["cwd"])
    os.environ.clear()
    os.environ.update(case["env"])
    # What is configured is read when this is imported.
    importlib.reload(constants)
    InventoryCLI(["ansible-inventory", "--list", *case["argv"]]).parse()
    given = context.CLIARGS
    found = CLI.setup_vault_secrets(
        DataLoader(),
        vault_ids=list(constants.DEFAULT_VAULT_IDENTITY_LIST) + list(given["vault_ids"]),
        vault_password_files=list(given["vault_password_files"]),
        ask_vault_pass=given["ask_vault_pass"],
        auto_prompt=False,
    )
    passwords = [f"{name}={secret.bytes.decode()}" for name, secret in found]
    return {"passwords": passwords, "opened": [name for name in sorted(glob.glob("v-*")) if opens(found, name)]}


for case in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        os.write(real, (json.dumps(answer(case)) + "\n").encode())
        os._exit(0)
    os.waitpid(child, 0)
