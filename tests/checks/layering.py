"""Fails when a folder includes what its layer may not. The table below is the architecture (one direction, no siblings)."""
import pathlib
import re
import sys

BASE = {"core/base"}
LOW = BASE | {"core/credential", "core/layout", "core/wire"}
MAY = {
    "core/base": set(),
    "core/credential": BASE,
    "core/layout": BASE,
    "core/wire": BASE,
    # Below source and receiver, because both read a guest's files: one before the copy, the other after it.
    "core/guest": BASE | {"core/layout"},
    "core/testboot": BASE | {"core/layout"},
    "core/source": BASE | {"core/layout", "core/guest"},
    "core/stream": BASE | {"core/wire", "core/layout"},
    "core/receiver": BASE | {"core/wire", "core/layout", "core/guest"},
    "core/cloud": BASE | {"core/credential"},
    "core/service": BASE | {"core/credential"},
    "core/simcloud": BASE | {"core/credential", "core/service"},
    # core/guest for the words of what boot conversion told.
    "core/migrate": LOW | {"core/guest", "core/testboot", "core/source", "core/stream", "core/cloud"},
    "core/agent": LOW | {"core/source", "core/migrate"},
    "app/agent": LOW | {"core/source", "core/stream", "core/cloud", "core/migrate", "core/agent"},
    "app/ctl": LOW | {"core/cloud", "core/agent"},
    "app/freezer": {"core/source"},
    "app/receiver": LOW | {"core/receiver"},
    "app/tunnel": set(),
    "app/service": LOW | {"core/cloud", "core/service", "core/simcloud"},
    "app/wizard": {"core/base", "core/layout", "core/agent", "core/testboot"},
}
WIDGETS = re.compile(r"#include <Q(Widget|Label|Dialog|Wizard|Application|MainWindow|Svg|Painter)")


def problems(root: pathlib.Path):
    for path in sorted(p for top in ("core", "app") for p in (root / top).glob("*/**/*") if p.suffix in {".h", ".cpp"}):
        layer = "/".join(path.relative_to(root).parts[:2])
        if layer not in MAY:
            yield f"{path}: {layer} is not in the table of tests/checks/layering.py"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "((?:core|app)/\w+)/', line)
            if match and match[1] not in MAY[layer] | {layer}:
                yield f"{path}:{number}: {layer} may not include {match[1]}"
            if WIDGETS.match(line) and layer != "app/wizard":
                yield f"{path}:{number}: only app/wizard may use Qt Widgets"


found = list(problems(pathlib.Path(sys.argv[1])))
print("\n".join(found))
sys.exit(bool(found))
