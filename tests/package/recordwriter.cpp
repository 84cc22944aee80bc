// What a server does all day, for tests of its copy: a database and files that come and go. One static program, so that it runs in any
// guest.
//
//   recordwriter write FOLDER ACKNOWLEDGED RATE   a database in FOLDER that commits RATE bytes/s of records, until SIGTERM; "newest
//                                                 microseconds" (monotonic clock) of each durable group go to the file ACKNOWLEDGED
//   recordwriter churn FOLDER                     files are written, not synced, renamed and removed, until SIGTERM
//   recordwriter check FOLDER CHURN…              one line of numbers; exit 1 when something is lost or torn
//
// As databases do: transaction n is a record of 4 KiB at n % records of `log`, a ring; those that are due together are committed together,
// by one write and one sync. Then the pages of `table` that they change are overwritten in place and synced, before the next group.
// Every sector says which transaction and which place it belongs to, and its other bytes follow from that.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr uint64_t records = 8192; ///< 32 MiB: written over every few seconds, so the freeze has to read all of it
constexpr uint64_t largestGroup = 1024;
constexpr uint64_t changesPage = 64; ///< one transaction of so many
constexpr uint64_t pages = 64;
constexpr auto longestDelay = 10s; ///< what a slow machine missed is made up for, within reason
constexpr uint64_t inLog = 1ULL << 63; ///< of a sector's place
constexpr int churnFiles = 60;
constexpr auto churnPause = 20ms;

using Sector = std::array<uint64_t, 512 / sizeof(uint64_t)>;
using Record = std::array<Sector, 8>;
using Page = std::array<Sector, 128>;

volatile std::sig_atomic_t ended = 0;

/// `group`: the first transaction of the one that it was committed with.
Sector sector(uint64_t transaction, uint64_t place, uint64_t group)
{
    Sector out{};
    uint64_t state = transaction * 0x9E3779B97F4A7C15ULL ^ place;
    for (uint64_t &word : out) { // splitmix64
        state += 0x9E3779B97F4A7C15ULL;
        word = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ULL;
        word ^= word >> 27;
    }
    out[0] = transaction + 1; // a sector that nobody wrote says 0
    out[1] = place;
    out[2] = group;
    return out;
}

Record record(uint64_t transaction, uint64_t group)
{
    Record out{};
    for (size_t i = 0; i < out.size(); ++i)
        out[i] = sector(transaction, inLog | (transaction % records * out.size() + i), group);
    return out;
}

uint64_t pageOf(uint64_t transaction) { return transaction / changesPage * 0x9E3779B97F4A7C15ULL >> 58; }
static_assert(pages == 1ULL << (64 - 58));

Page page(uint64_t transaction)
{
    Page out{};
    for (size_t i = 0; i < out.size(); ++i)
        out[i] = sector(transaction, pageOf(transaction) * out.size() + i, 0);
    return out;
}

/// The first transaction from `n` on that changes a page.
uint64_t nextChange(uint64_t n) { return (n + changesPage - 1) / changesPage * changesPage; }

[[noreturn]] void give(const std::string &what)
{
    std::perror(what.c_str());
    std::exit(2);
}

int openFile(const std::string &path, int flags)
{
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0)
        give(path);
    return fd;
}

void put(int fd, const void *bytes, size_t size, uint64_t offset)
{
    if (::pwrite(fd, bytes, size, off_t(offset)) != ssize_t(size))
        give("a transaction");
}

/// Transactions `first` to `end`: at most largestGroup, all before the ring's end.
void commit(int log, uint64_t first, uint64_t end)
{
    std::vector<Record> group;
    for (uint64_t n = first; n < end; ++n)
        group.push_back(record(n, first));
    put(log, group.data(), group.size() * sizeof(Record), first % records * sizeof(Record));
    if (::fdatasync(log) != 0)
        give("log");
}

void changePages(int table, uint64_t first, uint64_t end)
{
    for (uint64_t n = nextChange(first); n < end; n += changesPage) {
        const Page content = page(n);
        put(table, content.data(), sizeof content, pageOf(n) * sizeof content);
    }
    if (::fdatasync(table) != 0)
        give("table");
}

int openWhole(const std::string &path, uint64_t size)
{
    const int fd = openFile(path, O_CREAT | O_TRUNC | O_WRONLY);
    if (::posix_fallocate(fd, 0, off_t(size)) != 0)
        give(path);
    return fd;
}

int write(const std::string &folder, const char *acknowledged, double rate)
{
    const int log = openWhole(folder + "/log", records * sizeof(Record));
    const int table = openWhole(folder + "/table", pages * sizeof(Page));
    const int tell = openFile(acknowledged, O_WRONLY);
    const std::chrono::duration<double> each(sizeof(Record) / rate);
    Clock::time_point began = Clock::now(); // moved on by what is not made up for
    for (uint64_t done = 0; ended == 0;) {
        began = std::max(began, Clock::now() - longestDelay - std::chrono::duration_cast<Clock::duration>(done * each));
        const uint64_t end = std::min({uint64_t((Clock::now() - began) / each), done + largestGroup, (done / records + 1) * records});
        if (end <= done) {
            std::this_thread::sleep_for(each);
            continue;
        }
        commit(log, done, end);
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
        if (::dprintf(tell, "%llu %lld\n", (unsigned long long)(end - 1), (long long)now.count()) < 0)
            give(acknowledged);
        changePages(table, done, end);
        done = end;
    }
    return 0;
}

std::string churned(unsigned number, size_t size)
{
    const std::string line = "file " + std::to_string(number) + " of the churner\n";
    std::string out;
    while (out.size() < size)
        out += line;
    out.resize(size);
    return out;
}

int churn(const std::string &folder)
{
    for (unsigned i = 0; ended == 0; ++i) {
        const unsigned number = i * 7919 % churnFiles;
        const std::string path = folder + "/" + std::to_string(number);
        if (i % 3 == 2) {
            ::unlink(path.c_str());
            continue;
        }
        const int fd = openFile(path + ".new", O_CREAT | O_TRUNC | O_WRONLY);
        const std::string content = churned(number, 1000 + size_t(i) * 104729 % 100000);
        if (::write(fd, content.data(), content.size()) != ssize_t(content.size()))
            give(path);
        ::close(fd);
        if (i % 3 == 1 && ::rename((path + ".new").c_str(), path.c_str()) != 0)
            give(path);
        std::this_thread::sleep_for(churnPause);
    }
    return 0;
}

std::vector<char> content(const std::string &path)
{
    const int fd = openFile(path, O_RDONLY);
    std::vector<char> out(size_t(::lseek(fd, 0, SEEK_END)));
    if (::pread(fd, out.data(), out.size(), 0) != ssize_t(out.size()))
        give(path);
    ::close(fd);
    return out;
}

struct Log
{
    uint64_t transactions = 0;
    uint64_t group = 0; ///< where the newest group begins
    uint64_t torn = 0; ///< records of more than one transaction, or of none that belongs there
    uint64_t lost = 0;
};

Log readLog(const std::string &path)
{
    const std::vector<char> bytes = content(path);
    std::vector<Record> ring(records);
    Log log;
    log.torn += bytes.size() != records * sizeof(Record);
    std::memcpy(ring.data(), bytes.data(), std::min(bytes.size(), records * sizeof(Record)));
    for (uint64_t slot = 0; slot < records; ++slot) {
        const uint64_t owner = ring[slot][0][0]; // plus 1
        const uint64_t group = ring[slot][0][2];
        log.torn += ring[slot] != (owner == 0 ? Record{} : record(owner - 1, group)) || (owner != 0 && (owner - 1) % records != slot);
        if (owner > log.transactions)
            log.transactions = owner, log.group = group;
    }
    for (uint64_t n = log.transactions - std::min(log.transactions, records); n < log.transactions; ++n)
        log.lost += ring[n % records][0][0] != n + 1;
    return log;
}

/// Whether each page is of the transaction that changed it last; what the newest group changes may be there or not.
void compareTable(const std::string &path, Log &log)
{
    const std::vector<char> bytes = content(path);
    std::vector<std::vector<uint64_t>> may(pages, {0}); // plus 1
    for (uint64_t n = 0; n < log.transactions; n += changesPage) {
        if (n < log.group)
            may[pageOf(n)].clear();
        may[pageOf(n)].push_back(n + 1);
    }
    log.torn += bytes.size() != pages * sizeof(Page);
    for (uint64_t number = 0; log.torn == 0 && number < pages; ++number) {
        Page found{};
        std::memcpy(&found, bytes.data() + number * sizeof found, sizeof found);
        const uint64_t owner = found[0][0];
        log.torn += found != (owner == 0 ? Page{} : page(owner - 1));
        log.lost += std::find(may[number].begin(), may[number].end(), owner) == may[number].end();
    }
}

struct Churned
{
    uint64_t files = 0;
    uint64_t wrong = 0; ///< with other content than the churner writes
};

Churned look(const std::vector<std::string> &folders)
{
    Churned found;
    for (const std::string &folder : folders) {
        DIR *list = ::opendir(folder.c_str());
        if (list == nullptr)
            give(folder);
        while (const dirent *entry = ::readdir(list)) {
            if (entry->d_name[0] == '.')
                continue;
            const std::vector<char> is = content(folder + "/" + entry->d_name);
            const std::string wanted = churned(unsigned(std::atoi(entry->d_name)), is.size());
            ++found.files;
            found.wrong += std::memcmp(is.data(), wanted.data(), is.size()) != 0;
        }
        ::closedir(list);
    }
    return found;
}

int check(const std::string &folder, const std::vector<std::string> &churns)
{
    Log log = readLog(folder + "/log");
    compareTable(folder + "/table", log);
    const Churned others = look(churns);
    std::printf("transactions=%llu torn=%llu lost=%llu files=%llu wrong=%llu\n", (unsigned long long)log.transactions,
        (unsigned long long)log.torn, (unsigned long long)log.lost, (unsigned long long)others.files, (unsigned long long)others.wrong);
    return log.torn + log.lost + others.wrong == 0 ? 0 : 1;
}

}

int main(int argc, char **argv)
{
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto end = [](int) { ended = 1; };
    std::signal(SIGTERM, end);
    std::signal(SIGHUP, SIG_IGN);
    if (words.size() == 4 && words[0] == "write")
        return write(words[1], argv[3], std::atof(argv[4]));
    if (words.size() == 2 && words[0] == "churn")
        return churn(words[1]);
    if (words.size() >= 2 && words[0] == "check")
        return check(words[1], {words.begin() + 2, words.end()});
    std::fputs("usage: see the source\n", stderr);
    return 2;
}
