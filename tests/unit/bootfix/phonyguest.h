#pragma once
#include "core/receiver/bootfix/guestrunner.h"
#include "core/receiver/bootfix/targetlayout.h"

#include <QTemporaryDir>

namespace edgelift::test {

/// A guest with just the files that matter, made of a text file in tests/data/guests (its head explains the form), and the layout it goes
/// to.
class PhonyGuest
{
public:
    /// Made anew below a temporary folder. Throws std::runtime_error on a mistake in the text.
    static PhonyGuest load(const QString &name);
    static PhonyGuest parse(const QByteArray &text);

    QString root() const { return m_folder->filePath(QStringLiteral("guest")); }
    QString journal() const { return m_folder->filePath(QStringLiteral("journal.json")); }
    QString path(const QString &inGuest) const { return root() + inGuest; }
    QByteArray read(const QString &inGuest) const;
    void write(const QString &inGuest, const QByteArray &content, unsigned mode = 0644) const;
    bool exists(const QString &inGuest) const; ///< a dangling link counts
    /// Every file, link and folder with mode and content, for comparing; "kept" leaves out `*.edgelift-orig`.
    QMap<QString, QByteArray> snapshot(bool withKept = true) const;
    bootfix::TargetLayout layout;

    static QString dataFile(const QString &name);

private:
    /// Thousands of small files, each synced: not on a disk, where there is another place.
    static QString inMemory();
    void directive(const QList<QByteArray> &words);
    void addVolume(const QMap<QString, QString> &values);
    void addKernel(const QString &version, const QMap<QString, QString> &values);
    std::shared_ptr<QTemporaryDir> m_folder = std::make_shared<QTemporaryDir>(inMemory());
};

/// A plain cpio archive that looks like an initramfs with these modules.
[[nodiscard]] QByteArray initramfsWith(const QStringList &modules);

/// Does what the guest's programs would do, to a phony guest.
class FakeRunner final : public bootfix::GuestRunner
{
public:
    [[nodiscard]] Result<bootfix::GuestOutput> run(
        const QString &root, const bootfix::GuestCommand &command, const std::stop_token &stop) override;

    enum class Mode : quint8 { Works, Fails, MakesNothing, LacksDrivers, HalfWritten } mode = Mode::Works;
    QList<QStringList> commands; ///< that were run
};

}
