"""Fails when a language is not complete: entries unfinished or empty, placeholders or mnemonics lost, too few plural forms, terms that
must be the service's own, or texts in the source that no .ts file knows (translations/update.sh was not run).

usage: translations.py SOURCE_DIR"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

FORMS = {"en": 2, "zh_CN": 1, "zh_TW": 1, "ja": 1, "de": 2, "fr": 2, "es": 2, "pt_BR": 2, "ru": 3, "ar": 6}
TERMS = {"zh_CN": {"activation code": "激活码", "transit instance": "中转实例", "data disk": "数据盘", "system disk": "系统盘"}}
PLACES = re.compile(r"%(?:\d|n)")


def places(text):
    return sorted(set(PLACES.findall(text)))


def wrong_with(source, texts, language, plural):
    if len(texts) != (FORMS[language] if plural else 1):
        return f"{len(texts)} forms"
    for text in texts:
        if not text.strip():
            return "empty"
        lost = set(places(source)) ^ set(places(text))
        if lost - ({"%n"} if plural else set()):
            return f"placeholders differ: {sorted(lost)}"
        if "&" in source.replace("&&", "") and "&" not in text:
            return "no mnemonic"
    for term, own in TERMS.get(language, {}).items():
        if term in source.lower() and not any(own in text for text in texts):
            return f"“{term}” is called {own}"
    return None


def problems(path):
    language = path.stem.removeprefix("edgelift_")
    for message in xml.parse(path).getroot().iter("message"):
        translation, source = message.find("translation"), message.findtext("source")
        plural = message.get("numerus") == "yes"
        if language == "en" and not plural:
            continue  # the source is English; only its plural forms need words
        if translation.get("type") == "unfinished":
            yield f"{path.name}: unfinished: {source!r}"
            continue
        texts = [form.text or "" for form in translation.iter("numerusform")] if plural else [translation.text or ""]
        if (wrong := wrong_with(source, texts, language, plural)) is not None:
            yield f"{path.name}: {wrong}: {source!r}"


def outdated(root):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for part in ("app", "core", "translations"):
            shutil.copytree(root / part, copy / part)
        subprocess.run([copy / "translations/update.sh"], check=True, capture_output=True)
        for path in sorted((root / "translations").glob("*.ts")):
            if path.read_bytes() != (copy / "translations" / path.name).read_bytes():
                yield f"{path.name}: texts in the source changed: run translations/update.sh"


root = pathlib.Path(sys.argv[1])
files = sorted((root / "translations").glob("*.ts"))
found = [f"no texts for {code}" for code in FORMS if root / f"translations/edgelift_{code}.ts" not in files]
for file in files:
    found += problems(file)
found += outdated(root)
print("\n".join(found))
sys.exit(bool(found))
