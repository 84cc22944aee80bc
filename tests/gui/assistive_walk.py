"""Walks the wizard from Welcome to a finished image through AT-SPI alone: what a screen reader finds and can do.

usage: assistive_walk.py CODE_FILE     in a session with an accessibility bus on which the wizard is the one application named edgelift
Every control that can take the focus must have a name; says what has none, or what it waited for in vain, and ends with 1.
"""
import sys
import time

import pyatspi

PATIENCE = 45  # seconds for a step
nameless = set()


def everything(node):
    """The node and all below it that is shown; a window that changes meanwhile loses nodes."""
    try:
        if not node.getState().contains(pyatspi.STATE_SHOWING) and node.getRole() != pyatspi.ROLE_APPLICATION:
            return
        yield node
        for index in range(node.childCount):
            child = node.getChildAtIndex(index)
            if child is not None:
                yield from everything(child)
    except Exception:  # gone meanwhile: its class differs between versions of the bindings
        return


def application():
    return next((each for each in pyatspi.Registry.getDesktop(0) if each is not None and each.name == "edgelift"), None)


def look():
    app = application()
    found = list(everything(app)) if app else []
    for node in found:
        try:
            focusable = node.getState().contains(pyatspi.STATE_FOCUSABLE)
            if focusable and not node.name and node.getRole() not in (pyatspi.ROLE_LIST, pyatspi.ROLE_TABLE_CELL):
                nameless.add(f"{title(found)}: {node.getRoleName()}")
        except Exception:
            continue
    return found


def title(found):
    return next((node.name for node in found if node.getRole() == pyatspi.ROLE_FRAME and node.name), "")


def wait(what, test, patience=PATIENCE):
    """The first node that passes the test, as soon as there is one."""
    end = time.monotonic() + patience
    while True:
        found = look()
        for node in found:
            try:
                if test(node):
                    return node
            except Exception:
                continue
        if time.monotonic() > end:
            shown = [f"{node.getRoleName()} “{node.name}”" for node in found if node.name]
            sys.exit(f"“{title(found)}”: waited for {what}. There are: {', '.join(shown)}")
        time.sleep(0.3)


def is_ready(node, role, *names):
    state = node.getState()
    return node.getRole() == role and node.name in names and state.contains(pyatspi.STATE_SENSITIVE)


def act(node):
    action = node.queryAction()
    wanted = [index for index in range(action.nActions) if action.getName(index) in ("Press", "Toggle")]
    action.doAction(wanted[0] if wanted else 0)


def press(*names):
    act(wait(f"button {names}", lambda node: is_ready(node, pyatspi.ROLE_PUSH_BUTTON, *names)))


def on_page(name):
    wait(f"page {name}", lambda node: node.getRole() == pyatspi.ROLE_LIST_ITEM and node.name.startswith(f"{name}, current step"))


def walk(code):
    on_page("Welcome")
    press("Next")
    on_page("Checks")
    press("Next")
    on_page("Connect")
    field = wait("field for the code", lambda node: is_ready(node, pyatspi.ROLE_PASSWORD_TEXT, "Activation code:"))
    field.queryEditableText().setTextContents(code)
    press("Next")
    on_page("Prepare")
    press("Prepare and import", "Next")
    wait("the import", lambda node: node.getRole() == pyatspi.ROLE_LABEL and "Successfully" in node.name)
    for page in ("Prepare", "Settings", "Disks"):
        on_page(page)
        press("Next")
    on_page("Review")
    act(wait("the notice", lambda node: is_ready(node, pyatspi.ROLE_CHECK_BOX, "Got It") or is_ready(node, pyatspi.ROLE_PUSH_BUTTON, "Got It")))
    press("Start migration")
    on_page("Migration")
    wait("the finished image", lambda node: node.getRole() == pyatspi.ROLE_LABEL and "image is ready" in node.name, 240)


walk(open(sys.argv[1], encoding="utf-8").read().strip())
print("\n".join(sorted(nameless)))
sys.exit(bool(nameless))
