#include "core/layout/serverfacts.h"

#include <algorithm>

namespace edgelift {

namespace {

template <class T>
const T *byId(const QList<T> &list, const QString &id)
{
    const auto it = std::find_if(list.begin(), list.end(), [&id](const T &entry) { return entry.id == id; });
    return it == list.end() ? nullptr : &*it;
}

}

const DiskFacts *ServerFacts::disk(const QString &id) const { return byId(disks, id); }
const VolumeFacts *ServerFacts::volume(const QString &id) const { return byId(volumes, id); }

const DiskFacts *ServerFacts::systemDisk() const
{
    const auto root = std::find_if(volumes.begin(), volumes.end(), [](const VolumeFacts &volume) { return volume.system; });
    return root == volumes.end() ? nullptr : disk(root->disk);
}

}
