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

constexpr Row titles[] = {
    {"snapshot-driver", "", QT_TRANSLATE_NOOP("Prompt", "Install the snapshot driver?")},
    {"rsync", "", QT_TRANSLATE_NOOP("Prompt", "Install rsync?")},
    {"selinux", "", QT_TRANSLATE_NOOP("Prompt", "Disable SELinux?")},
};

constexpr Row reasons[] = {
    {"snapshot-driver", "images", QT_TRANSLATE_NOOP("Prompt", "Not needed: the disks are not in use.")},
    {"snapshot-driver", "missing", QT_TRANSLATE_NOOP("Prompt", "A server that runs needs it for block replication.")},
    {"snapshot-driver", "installed", QT_TRANSLATE_NOOP("Prompt", "The snapshot driver was tested on every disk.")},
    {"rsync", "images", QT_TRANSLATE_NOOP("Prompt", "Not needed: volumes are copied block by block.")},
    {"rsync", "missing", QT_TRANSLATE_NOOP("Prompt", "rsync copies volumes file by file, and it is not installed.")},
    {"rsync", "installed", QT_TRANSLATE_NOOP("Prompt", "rsync is installed.")},
    {"rsync", "no-package-manager",
        QT_TRANSLATE_NOOP("Prompt", "rsync is not installed, and no package manager was found that could install it.")},
    {"selinux", "images", QT_TRANSLATE_NOOP("Prompt", "Nothing to do: labels are copied with the files, so SELinux can stay as it is.")},
    {"selinux", "in-use", QT_TRANSLATE_NOOP("Prompt", "SELinux is in use. Labels are copied with the files, so it can stay as it is.")},
    {"selinux", "off", QT_TRANSLATE_NOOP("Prompt", "SELinux is not in use.")},
};

constexpr Row choices[] = {
    {"", "yes", QT_TRANSLATE_NOOP("Prompt", "Yes")},
    {"", "no", QT_TRANSLATE_NOOP("Prompt", "No")},
    {"", "leave", QT_TRANSLATE_NOOP("Prompt", "Leave it enabled (recommended)")},
    {"", "permissive", QT_TRANSLATE_NOOP("Prompt", "Permissive until the next start")},
    {"", "disable", QT_TRANSLATE_NOOP("Prompt", "Disable it")},
};

constexpr Row consequences[] = {
    {"snapshot-driver", "yes", QT_TRANSLATE_NOOP("Prompt", "Needed for block replication.")},
    {"snapshot-driver", "no", QT_TRANSLATE_NOOP("Prompt", "Files are copied instead.")},
    {"rsync", "yes", QT_TRANSLATE_NOOP("Prompt", "It is installed with the package manager of this server.")},
    {"rsync", "no", QT_TRANSLATE_NOOP("Prompt", "Volumes that are copied file by file cannot be migrated.")},
    {"selinux", "leave", QT_TRANSLATE_NOOP("Prompt", "Nothing changes. What the migration changes on the image is relabelled there.")},
    {"selinux", "permissive",
        QT_TRANSLATE_NOOP("Prompt", "SELinux only logs until this server is started again; “setenforce 1” restores it at once.")},
    {"selinux", "disable",
        QT_TRANSLATE_NOOP("Prompt",
            "SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside "
            "it as config.edgelift-orig; put it back and start the server again to restore SELinux.")},
};

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
