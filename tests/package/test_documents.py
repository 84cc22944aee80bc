"""Manuals, completions and descriptions say what the programs do. usage: test_documents.py BUILD_DIR"""
import gzip
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
RESOURCES = SOURCE / "resources"
MANUALS = {"edgelift": 1, "edgeliftctl": 1, "edgelift-agent": 8, "edgelift-receiver": 8, "edgelift-service": 8}
HELPERS = {"edgelift-freezer": 8, "edgelift-tunnel": 8} # for the agent only: no options, no --help
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
DESKTOP = RESOURCES / "desktop/io.github.edgelift.Edgelift.desktop"
METAINFO = BUILD / "installer/io.github.edgelift.Edgelift.metainfo.xml"


def run(*command, **more):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, timeout=60, **more)


def help_of(program, *command):
    return run(BUILD / "bin" / program, *command, "--help").stdout


def commands():
    return re.findall(r"(?m)^  ([a-z]+(?: [a-z]+)?)  ", help_of("edgeliftctl").split("Commands:")[1].split("\n\n")[0])


def options_in(text):
    """Words like --this, wherever they stand."""
    return set(OPTION.findall(text))


def listed(text):
    """The options of a help text: at the left of their line, or in brackets of the usage."""
    lines = [line.strip() for line in text.splitlines()]
    left = [re.split(r"  +", line)[0] for line in lines if line.startswith("-")]
    return {option for part in left for option in OPTION.findall(part)} | set(re.findall(r"\[(--[a-z-]+)", text))


def all_help(program):
    texts = [help_of(program)]
    if program == "edgeliftctl":
        texts += [help_of(program, *command.split()) for command in commands()]
    return "\n".join(texts)


def manual(program):
    """As it is read, in one line per paragraph."""
    text = run("man", "--warnings", "-E", "UTF-8", "-l", RESOURCES / f"man/{program}.{(MANUALS | HELPERS)[program]}", env={**os.environ, "MANWIDTH": "1000"})
    return text.stdout, text.stderr


class Manuals(unittest.TestCase):
    def test_they_are_well_formed(self):
        for program in MANUALS | HELPERS:
            with self.subTest(program):
                text, warnings = manual(program)
                self.assertEqual(warnings, "")
                for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"):
                    self.assertRegex(text, f"(?m)^{heading}$")

    def test_every_option_of_the_program_stands_in_its_manual(self):
        for program in MANUALS:
            with self.subTest(program):
                known = listed(all_help(program))
                self.assertGreater(len(known), 2, "the help text is not understood")
                self.assertEqual(known - options_in(manual(program)[0]), set())

    def test_no_manual_has_an_option_that_the_program_has_not(self):
        allowed = {"edgelift": {"-platform", "--help", "--version", "-h", "-v", "-X"}, "edgeliftctl": {"--help", "--version"}}
        for program in MANUALS:
            with self.subTest(program):
                told = {option for option in options_in(manual(program)[0]) if option.startswith("--")}
                self.assertEqual(told - listed(all_help(program)) - allowed.get(program, set()), set())

    def test_every_command_stands_in_the_manual(self):
        self.assertGreater(len(commands()), 15)
        text = manual("edgeliftctl")[0]
        for command in commands():
            self.assertTrue(re.search(rf"(?m)^ +{command}\b", text), command)

    def test_every_program_has_one(self):
        built = {path.name for path in (BUILD / "bin").iterdir()}
        self.assertEqual(built, set(MANUALS | HELPERS))


class Completion(unittest.TestCase):
    def complete(self, *words, path=BUILD / "bin"):
        """What Tab offers behind these words."""
        program = words[0]
        script = f"""source {RESOURCES}/completions/{program}; compopt() {{ :; }}
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _{program}; printf '%s\\n' "${{COMPREPLY[@]}}" """
        done = run("bash", "-c", script, "bash", *words, env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"})
        self.assertEqual(done.stderr, "")
        return set(done.stdout.split())

    def test_commands(self):
        self.assertEqual(self.complete("edgeliftctl", ""), {command.split()[0] for command in commands()})
        self.assertEqual(self.complete("edgeliftctl", "--json", "plan", ""),
                         {command.split()[1] for command in commands() if command.startswith("plan ")})
        self.assertEqual(self.complete("edgeliftctl", "nonsense", ""), set())

    def test_options_of_every_command(self):
        for command in commands():
            self.assertEqual(self.complete("edgeliftctl", *command.split(), "--"), listed(help_of("edgeliftctl", *command.split())) | {"--help"})

    def test_values(self):
        self.assertEqual(self.complete("edgeliftctl", "modify", "--checksum", "o"), {"on", "off"})
        self.assertEqual(self.complete("edgeliftctl", "plan", "validate", "/etc/os-rel"), {"/etc/os-release"})
        self.assertEqual(self.complete("edgelift", "--theme", "h"), {"high-contrast"})

    def test_jobs_of_the_agent(self):
        with tempfile.TemporaryDirectory() as folder: # a program with the real help and an invented status
            script = pathlib.Path(folder, "edgeliftctl")
            script.write_text(f"""#!/bin/sh\ncase $* in "status --json") echo '{{"jobs":[{{"id":"j-7","state":"Running"}},{{"id":"j-8"}}]}}' ;;
                *) exec {BUILD}/bin/edgeliftctl "$@" ;; esac\n""")
            script.chmod(0o755)
            for command in ("pause", "cloud list", "plan show --job"):
                self.assertEqual(self.complete("edgeliftctl", *command.split(), "j", path=folder), {"j-7", "j-8"}, command)

    def test_options_of_the_window(self):
        self.assertEqual(self.complete("edgelift", "--"), listed(help_of("edgelift")) | {"--help", "--version"})
        languages = {path.stem.removeprefix("edgelift_") for path in (SOURCE / "translations").glob("*.ts")}
        self.assertEqual(self.complete("edgelift", "--language", ""), languages)


class Descriptions(unittest.TestCase):
    def silent(self, *command):
        done = run(*command)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_the_desktop_entry_is_valid(self):
        self.silent("desktop-file-validate", DESKTOP)

    def test_the_metainfo_is_valid(self):
        done = run("appstreamcli", "validate", "--no-net", "--no-color", METAINFO)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotRegex(done.stdout, r"(?m)^[EWI]:")

    def test_policy_and_icons_are_xml(self):
        self.silent("xmllint", "--noout", "--nonet", *RESOURCES.glob("desktop/*.policy"), *RESOURCES.glob("desktop/*.svg"))

    def test_the_policy_is_the_action_that_the_agent_asks_for(self):
        asked = re.search(r'action\[\] = "([^"]*)"', (SOURCE / "core/agent/gatekeeper.h").read_text())[1]
        self.assertIn(f'<action id="{asked}">', (RESOURCES / "desktop/io.github.edgelift.policy").read_text())

    def test_they_speak_every_language_of_the_window(self):
        languages = {path.stem.removeprefix("edgelift_") for path in (SOURCE / "translations").glob("*.ts")} - {"en"}
        for key in ("GenericName", "Comment", "Keywords"):
            self.assertEqual(set(re.findall(rf"(?m)^{key}\[(.*)\]=", DESKTOP.read_text())), languages)
        policy = (RESOURCES / "desktop/io.github.edgelift.policy").read_text()
        for element in ("description", "message"):
            self.assertEqual(set(re.findall(rf'<{element} xml:lang="(.*?)">', policy)), languages)
        self.assertEqual(set(re.findall(r'<summary xml:lang="(.*?)">', METAINFO.read_text())), {name.replace("_", "-") for name in languages})

    def test_shell_scripts_are_sound(self):
        for script in [*SOURCE.glob("installer/deb/p*st"), *SOURCE.glob("installer/deb/prerm"), *SOURCE.glob("installer/portable/*.sh")]:
            self.silent("bash", "-n", script)

    def test_the_changelog_is_packed_as_debian_wants(self):
        with gzip.open(BUILD / "installer/changelog.gz", "rt") as packed:
            self.assertEqual(packed.read(), (SOURCE / "installer/deb/changelog").read_text())


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main(verbosity=2)
