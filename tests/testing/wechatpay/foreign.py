"""Other people's clients, as they are installed: `wechatpayv3` for Python, `wechatpay-axios-plugin` for node.

What is not there skips the tests that ask for it, with the reason; with ``CI=true`` they fail instead.
"""

import json
import os
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

PLUGIN = "wechatpay-axios-plugin"
VERSION = "0.9.6"
SCRIPT = Path(__file__).with_name("foreign_client.js")


def missing(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def python_client():
    """The modules `wechatpayv3` and `requests`."""
    try:
        return import_module("wechatpayv3"), import_module("requests")
    except ModuleNotFoundError as error:
        return missing(f"wechatpayv3 cannot be used: {error}; pip install wechatpayv3")


def node_modules(cache):
    """The directory in which the plugin is installed; installs it the first time."""
    if not (shutil.which("node") and shutil.which("npm")):
        missing(f"{PLUGIN} cannot be used: node and npm are not on the path")
    root = cache.mkdir(PLUGIN)
    installed = root / "node_modules" / PLUGIN / "package.json"
    if not (installed.exists() and json.loads(installed.read_text(encoding="utf-8"))["version"] == VERSION):
        options = [
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--legacy-peer-deps",
            "--prefer-offline",
            "--loglevel=error",
        ]
        command = ["npm", "install", f"{PLUGIN}@{VERSION}", *options, "--prefix", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            missing(f"{PLUGIN} cannot be installed: {done.stderr.strip() or done.stdout.strip()}")
    return root / "node_modules"


class Node:
    """A process of node that has loaded the plugin: one line of JSON in, one line out."""

    def __init__(self, modules):
        environment = os.environ | {"NODE_PATH": str(modules), "NO_PROXY": "127.0.0.1"}
        self.process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, what, **more):
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)
