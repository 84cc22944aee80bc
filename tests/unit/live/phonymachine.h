#pragma once
#include "core/source/live/machinesurvey.h"

#include <QTemporaryDir>

namespace edgelift::test {

/// A folder that looks like /sys and /proc of a machine, link for link as a kernel makes them. Names of devices must be made before those
/// that refer to them.
class PhonyMachine
{
public:
    PhonyMachine();
    MachineView view() const;
    MachineSurvey survey() const;
    QString path(const QString &inside = {}) const { return m_folder.path() + inside; }

    /// A whole device at a place below /sys/devices; the last part of it is the name.
    void device(const QString &place, Bytes size = Bytes{10ULL << 30});
    /// A SCSI disk "sdX".
    void disk(const QString &name, Bytes size = Bytes{10ULL << 30});
    void partition(const QString &disk, int number, quint64 startSector, Bytes size = Bytes{1ULL << 30});
    /// A device of the kernel's own over others.
    void stacked(const QString &name, const QStringList &slaves);
    void mapper(const QString &name, const QString &mapperName, const QString &uuid, const QStringList &slaves);
    void raid(const QString &name, const QString &level, const QStringList &slaves);
    void loop(const QString &name, const QByteArray &file, quint64 offset = 0);
    /// An attribute of a device ("device/wwid").
    void set(const QString &device, const QString &attribute, const QByteArray &value);

    /// `device`: a name, or "0" for none. The fields as the kernel writes them, escapes and all.
    void mount(const QString &device, const QByteArray &point, const QByteArray &fsType, const QByteArray &source,
        const QByteArray &superOptions = "rw", const QByteArray &root = "/");
    void swap(const QByteArray &path);
    void write(const QString &inside, const QByteArray &content) const;

private:
    QTemporaryDir m_folder;
    QHash<QString, QString> m_places;
    QHash<QString, QByteArray> m_numbers;
    QByteArray m_mounts;
    QByteArray m_swaps = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
};

}
