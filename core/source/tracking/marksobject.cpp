#include "core/source/tracking/marksobject.h"

#include "core/base/log.h"
#include "core/source/tracking/epochguard.h"

#include <algorithm>
#include <bit>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <mutex>

#include "marks.skel.h"

namespace edgelift {

namespace {

constexpr quint32 onlyKey = 0;

int toLog(libbpf_print_level level, const char *format, va_list arguments)
{
    if (level != LIBBPF_DEBUG)
        log::debug("tracker", QString::vasprintf(format, arguments).trimmed());
    return 0;
}

Error unavailable(const char *what, int number)
{
    char reason[128] = {}; // libbpf has numbers of its own besides errno's
    libbpf_strerror(number, reason, sizeof reason);
    return {ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {QStringLiteral("eBPF")},
        QStringLiteral("%1: %2").arg(QLatin1String(what), QString::fromLocal8Bit(reason))};
}

bool isTyped(const bpf_program *program) { return bpf_program__type(program) == BPF_PROG_TYPE_TRACING; }

quint64 blocksOf(const Epoch &epoch, int disk)
{
    return (epoch.disks.at(disk).size.count + epoch.blockSize.count - 1) / epoch.blockSize.count;
}

}

MarksObject::MarksObject(const Epoch &epoch, bool typed)
    : m_epoch(epoch)
    , m_typed(typed)
{
}

MarksObject::~MarksObject()
{
    for (bpf_link *link : m_links)
        bpf_link__destroy(link);
    bpf_object__close(m_object);
}

quint64 MarksObject::key(int disk) const { return quint64(m_epoch.disks.at(disk).major) << 32 | m_epoch.disks.at(disk).minor; }

quint32 MarksObject::chunksOf(int disk) const { return quint32((blocksOf(m_epoch, disk) + MARKS_CHUNK_BLOCKS - 1) / MARKS_CHUNK_BLOCKS); }

Result<std::unique_ptr<MarksObject>> MarksObject::load(const QByteArray &program, const Epoch &epoch, bool typed)
{
    static std::once_flag once;
    std::call_once(once, [] { libbpf_set_print(toLog); });
    Result<std::unique_ptr<MarksObject>> object = loadOne(program, epoch, typed);
    if (object || !typed)
        return object;
    log::info("tracker", QStringLiteral("not with the kernel's types: %1").arg(object.error().detail));
    return loadOne(program, epoch, false);
}

Result<std::unique_ptr<MarksObject>> MarksObject::loadOne(const QByteArray &program, const Epoch &epoch, bool typed)
{
    std::unique_ptr<MarksObject> object(new MarksObject(epoch, typed)); // NOLINT: the constructor is private
    if (const Result<> opened = object->open(program); !opened)
        return opened.error();
    if (const Result<> described = object->describeDisks(); !described)
        return described.error();
    if (const Result<> attached = object->attach(); !attached)
        return attached.error();
    return object;
}

Result<> MarksObject::open(const QByteArray &program)
{
    size_t builtInSize = 0;
    const void *builtIn = marks_program::elf_bytes(&builtInSize);
    m_object = program.isEmpty() ? bpf_object__open_mem(builtIn, builtInSize, nullptr)
                                 : bpf_object__open_mem(program.constData(), size_t(program.size()), nullptr);
    if (!m_object)
        return unavailable("the program is damaged", errno);
    for (bpf_program *one = bpf_object__next_program(m_object, nullptr); one; one = bpf_object__next_program(m_object, one))
        bpf_program__set_autoload(one, isTyped(one) == m_typed);
    bpf_map *marks = bpf_object__find_map_by_name(m_object, "marks");
    quint32 chunks = 0;
    for (int disk = 0; disk < m_epoch.disks.size(); ++disk)
        chunks += chunksOf(disk);
    if (const int problem = bpf_map__set_max_entries(marks, chunks); problem != 0)
        return unavailable("too many blocks", problem);
    if (const int problem = bpf_object__load(m_object); problem != 0)
        return unavailable("the kernel refused the program", problem);
    m_marks = bpf_map__fd(marks);
    m_disks = bpf_object__find_map_fd_by_name(m_object, "disks");
    m_eras = bpf_object__find_map_fd_by_name(m_object, "eras");
    return ok();
}

Result<> MarksObject::describeDisks()
{
    quint32 chunk = 0;
    for (int disk = 0; disk < m_epoch.disks.size(); ++disk) {
        marks_disk value{};
        value.sectors = m_epoch.disks.at(disk).size.count / 512;
        value.firstChunk = chunk;
        value.blockShift = quint32(std::countr_zero(m_epoch.blockSize.count / 512));
        chunk += chunksOf(disk);
        const quint64 number = key(disk);
        if (bpf_map_update_elem(m_disks, &number, &value, BPF_NOEXIST) != 0)
            return unavailable("too many disks", errno);
    }
    return ok();
}

Result<> MarksObject::attach()
{
    for (Fd &holder : m_holders) {
        holder.reset(bpf_map_create(BPF_MAP_TYPE_ARRAY, nullptr, sizeof(quint32), sizeof(quint64), 1, nullptr));
        if (!holder)
            return unavailable("no map for the era", errno);
    }
    if (const int problem = publish(1); problem != 0)
        return unavailable("the era could not be set", problem);
    size_t copy = 0;
    for (bpf_program *program = bpf_object__next_program(m_object, nullptr); program && copy < MARKS_COPIES;
         program = bpf_object__next_program(m_object, program)) {
        if (!bpf_program__autoload(program))
            continue;
        m_programs[copy] = bpf_program__fd(program);
        m_links[copy] = bpf_program__attach(program);
        if (!m_links[copy])
            return unavailable("the kernel refused to attach the program", errno);
        ++copy;
    }
    return copy == MARKS_COPIES ? ok() : Result<>(unavailable("a copy of the program is missing", EINVAL));
}

int MarksObject::publish(quint32 era)
{
    const int holder = m_holders[m_nextHolder].get(); // nobody has used it since it was replaced
    m_nextHolder = 1 - m_nextHolder;
    const quint64 value = era;
    if (bpf_map_update_elem(holder, &onlyKey, &value, BPF_ANY) != 0)
        return errno;
    // The kernel's map_update_elem waits for running programs after the inner map of a map was replaced (since 5.0).
    return bpf_map_update_elem(m_eras, &onlyKey, &holder, BPF_ANY) == 0 ? 0 : errno;
}

Result<marks_disk> MarksObject::disk(int disk) const
{
    marks_disk value{};
    const quint64 number = key(disk);
    if (bpf_map_lookup_elem(m_disks, &number, &value) != 0)
        return trackingLost(m_epoch.disks.at(disk).path, QStringLiteral("the tracker's table is gone: errno %1").arg(errno));
    return value;
}

Result<std::vector<quint32>> MarksObject::marks(int disk) const
{
    const Result<marks_disk> about = this->disk(disk);
    if (!about)
        return about.error();
    const quint64 blocks = blocksOf(m_epoch, disk);
    std::vector<quint32> eras(blocks);
    marks_chunk chunk{};
    for (quint64 first = 0; first < blocks; first += MARKS_CHUNK_BLOCKS) {
        const quint32 index = about->firstChunk + quint32(first / MARKS_CHUNK_BLOCKS);
        if (bpf_map_lookup_elem(m_marks, &index, &chunk) != 0)
            return trackingLost(m_epoch.disks.at(disk).path, QStringLiteral("the tracker's marks are gone: errno %1").arg(errno));
        const quint32 atLeast = std::max(chunk.all, about->all);
        const quint64 count = std::min<quint64>(MARKS_CHUNK_BLOCKS, blocks - first);
        for (quint64 i = 0; i < count; ++i)
            eras[first + i] = std::max(chunk.era[i], atLeast);
    }
    return eras;
}

Result<std::array<quint64, MARKS_COPIES>> MarksObject::skipped() const
{
    std::array<quint64, MARKS_COPIES> counts{};
    for (size_t copy = 0; copy < MARKS_COPIES; ++copy) {
        bpf_prog_info info{};
        quint32 size = sizeof info;
        if (bpf_obj_get_info_by_fd(m_programs[copy], &info, &size) != 0)
            return trackingLost(QStringLiteral("-"), QStringLiteral("the tracker's program is gone: errno %1").arg(errno));
        counts[copy] = info.recursion_misses;
    }
    return counts;
}

}
