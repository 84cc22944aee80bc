#pragma once
#include "core/layout/serverfacts.h"
#include "core/stream/maps/rangeset.h"

#include <QMap>
#include <QString>
#include <QTemporaryDir>

namespace edgelift::test {

/// Runs a shell line; its standard output. A line that fails ends the test with what it printed (std::runtime_error).
QByteArray shell(const QString &line, int seconds = 120);
/// A sparse file of that many MiB.
void makeImage(const QString &path, quint64 mebibytes);
bool isRoot();

/// A filesystem in an image (at an offset), mounted for as long as the object lives. Needs root.
class Mounted
{
public:
    Mounted(const QString &image, const QString &options, quint64 offset = 0);
    Mounted(const Mounted &) = delete;
    Mounted &operator=(const Mounted &) = delete;
    ~Mounted();
    QString path() const { return m_folder.path(); }

private:
    QTemporaryDir m_folder;
};

/// Files with random content below `folder`: many small ones, some large, some with holes, some names linked twice; then a part
/// of them is deleted so that free space lies in many runs. The same seed gives the same tree.
void fill(const QString &folder, quint32 seed, int smallFiles, int largeFiles);
/// SHA-256 of every file by its path below `folder`.
QMap<QString, QByteArray> manifest(const QString &folder);

/// A copy of `image` in which every byte outside `used` is 0xAA.
void scribbleCopy(const QString &image, const QString &copy, const RangeSet &used);

/// Facts of one disk that is one filesystem, without a table.
ServerFacts wholeDisk(const QString &image, FsType fs);

}
