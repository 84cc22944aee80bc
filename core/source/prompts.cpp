#include "core/source/prompts.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>

namespace edgelift {

namespace {

struct Row
{
    const char *prompt; ///< empty: of every prompt
    const char *id;
    const char *text;
};

#define EDGELIFT_TEXT(text) QT_TRANSLATE_NOOP("Prompt", text)
constexpr Row titles[] = {
    {"snapshot-driver", "", EDGELIFT_TEXT("Install the snapshot driver?")},
    {"rsync", "", EDGELIFT_TEXT("Install rsync?")},
    {"selinux", "", EDGELIFT_TEXT("Disable SELinux?")},
};

constexpr Row reasons[] = {
    {"snapshot-driver", "images", EDGELIFT_TEXT("Not needed: the disks are not in use.")},
    {"snapshot-driver", "missing", EDGELIFT_TEXT("A server that runs needs it for block replication.")},
    {"rsync", "images", EDGELIFT_TEXT("Not needed: volumes are copied block by block.")},
    {"rsync", "missing", EDGELIFT_TEXT("rsync copies volumes file by file, and it is not installed.")},
    {"rsync", "installed", EDGELIFT_TEXT("rsync is installed.")},
    {"rsync", "no-package-manager", EDGELIFT_TEXT("rsync is not installed, and no package manager was found that could install it.")},
    {"selinux", "images", EDGELIFT_TEXT("Nothing to do: labels are copied with the files, so SELinux can stay as it is.")},
    {"selinux", "in-use", EDGELIFT_TEXT("SELinux is in use. Labels are copied with the files, so it can stay as it is.")},
    {"selinux", "off", EDGELIFT_TEXT("SELinux is not in use.")},
};

constexpr Row choices[] = {
    {"", "yes", EDGELIFT_TEXT("Yes")},
    {"", "no", EDGELIFT_TEXT("No")},
    {"", "leave", EDGELIFT_TEXT("Leave it enabled (recommended)")},
    {"", "permissive", EDGELIFT_TEXT("Permissive until the next start")},
    {"", "disable", EDGELIFT_TEXT("Disable it")},
};

constexpr Row consequences[] = {
    {"snapshot-driver", "yes", EDGELIFT_TEXT("Needed for block replication.")},
    {"snapshot-driver", "no", EDGELIFT_TEXT("Files are copied instead.")},
    {"rsync", "yes", EDGELIFT_TEXT("It is installed with the package manager of this server.")},
    {"rsync", "no", EDGELIFT_TEXT("Volumes that are copied file by file cannot be migrated.")},
    {"selinux", "leave", EDGELIFT_TEXT("Nothing changes. What the migration changes on the image is relabelled there.")},
    {"selinux", "permissive", EDGELIFT_TEXT("SELinux only logs until this server is started again; “setenforce 1” restores it at once.")},
    {"selinux", "disable",
        EDGELIFT_TEXT("SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside "
                      "it as config.edgelift-orig; put it back and start the server again to restore SELinux.")},
};
#undef EDGELIFT_TEXT

template <size_t n>
QString find(const Row (&rows)[n], const QString &prompt, const QString &id, const QString &otherwise)
{
    const auto *row = std::find_if(std::begin(rows), std::end(rows),
        [&](const Row &one) { return (*one.prompt == '\0' || prompt == QLatin1String(one.prompt)) && id == QLatin1String(one.id); });
    return row == std::end(rows) ? otherwise : QCoreApplication::translate("Prompt", row->text);
}

QString key(const char *text) { return QString::fromLatin1(text); }

}

QList<Prompt> promptsOfImages(const ServerFacts &facts)
{
    QList<Prompt> out;
    for (const QString &id : promptIds()) {
        const bool selinux = id == QLatin1String("selinux");
        const QString state = selinux ? (facts.os.selinux.isEmpty() ? key("disabled") : facts.os.selinux) : key("not-needed");
        out.append({id, false, state, key("images"), promptChoices(id), selinux ? key("leave") : key("no"), {}});
    }
    return out;
}

QStringList promptIds() { return {key("snapshot-driver"), key("rsync"), key("selinux")}; }

QStringList promptChoices(const QString &prompt)
{
    if (!promptIds().contains(prompt))
        return {};
    return prompt == QLatin1String("selinux") ? QStringList{key("leave"), key("permissive"), key("disable")}
                                              : QStringList{key("yes"), key("no")};
}

QString promptTitle(const QString &prompt) { return find(titles, prompt, {}, prompt); }
QString promptReason(const QString &prompt, const QString &reason) { return find(reasons, prompt, reason, {}); }
QString promptChoice(const QString &choice) { return find(choices, {}, choice, choice); }
QString promptConsequence(const QString &prompt, const QString &choice) { return find(consequences, prompt, choice, {}); }

}
