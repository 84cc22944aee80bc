// What a server does all day, for tests of its copy: a database and files that come and go. One static program, so that it runs in any
// guest.
//
//   recordwriter write FOLDER ACKNOWLEDGED RATE   a database in FOLDER at RATE bytes/s, until SIGTERM. For each transaction that is durable
//   a line
//                                                 "number microseconds" (monotonic clock) goes to the file ACKNOWLEDGED
//   recordwriter churn FOLDER                     files are written, not synced, renamed and removed, until SIGTERM
//   recordwriter check FOLDER CHURN…              one line of numbers; exit 1 when something is lost or torn
//
// Transaction n appends a sector to `journal` and then overwrites the page n % pages, mixed, of `table`: both files are synced before the
// next one begins. Every sector says which transaction and which place it belongs to, and its other bytes follow from that.
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

constexpr size_t sectorSize = 512;
constexpr uint64_t pages = 256; // few: what is written again and again has to be read within the freeze, on a slow machine too
constexpr size_t pageSectors = 128;
constexpr uint64_t journalPlace = ~0ULL; ///< the place of a sector that is in the journal
constexpr int churnFiles = 60;
constexpr auto churnPause = 20ms;

using Sector = std::array<uint64_t, sectorSize / sizeof(uint64_t)>;
using Page = std::array<Sector, pageSectors>;

volatile std::sig_atomic_t ended = 0;

Sector sector(uint64_t transaction, uint64_t place)
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
    return out;
}

uint64_t pageOf(uint64_t transaction) { return transaction * 0x9E3779B97F4A7C15ULL >> 56; }
static_assert(pages == 1ULL << (64 - 56));

Page page(uint64_t transaction)
{
    Page out{};
    for (size_t i = 0; i < pageSectors; ++i)
        out[i] = sector(transaction, pageOf(transaction) * pageSectors + i);
    return out;
}

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

void durably(int fd, const void *bytes, size_t size, uint64_t offset)
{
    if (::pwrite(fd, bytes, size, off_t(offset)) != ssize_t(size) || ::fdatasync(fd) != 0)
        give("a transaction");
}

int write(const std::string &folder, const char *acknowledged, double rate)
{
    const int journal = openFile(folder + "/journal", O_CREAT | O_TRUNC | O_WRONLY);
    const int table = openFile(folder + "/table", O_CREAT | O_TRUNC | O_WRONLY);
    const int tell = openFile(acknowledged, O_WRONLY);
    if (::ftruncate(table, off_t(pages * sizeof(Page))) != 0)
        give("table");
    const auto each = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(sizeof(Page) / rate));
    Clock::time_point due = Clock::now();
    for (uint64_t n = 0; ended == 0; ++n, due += each) {
        const Sector entry = sector(n, journalPlace);
        const Page content = page(n);
        durably(journal, &entry, sizeof entry, n * sizeof entry);
        durably(table, &content, sizeof content, pageOf(n) * sizeof content);
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
        if (::dprintf(tell, "%llu %lld\n", (unsigned long long)n, (long long)now.count()) < 0)
            give(acknowledged);
        due = std::max(due, Clock::now() - 2s); // what a slow machine missed is made up for, within reason
        std::this_thread::sleep_until(due);
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

/// Which transaction a page is of, plus 1; 0: none yet. `torn` grows when it is of more than one.
uint64_t ownerOf(const std::vector<char> &table, uint64_t number, uint64_t &torn)
{
    Page found{};
    std::memcpy(&found, table.data() + number * sizeof found, sizeof found);
    const uint64_t owner = found[0][0];
    if (found != (owner == 0 ? Page{} : page(owner - 1)) || (owner != 0 && pageOf(owner - 1) != number))
        ++torn;
    return owner;
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
    const std::vector<char> journal = content(folder + "/journal");
    const std::vector<char> table = content(folder + "/table");
    uint64_t torn = journal.size() % sectorSize != 0 || table.size() != pages * sizeof(Page);
    uint64_t lost = 0;
    const uint64_t transactions = journal.size() / sectorSize;
    std::vector<uint64_t> expected(pages);
    std::vector<uint64_t> before(pages); // the newest one may be in the journal only
    for (uint64_t n = 0; n < transactions; ++n) {
        const Sector wanted = sector(n, journalPlace);
        torn += std::memcmp(journal.data() + n * sectorSize, &wanted, sectorSize) != 0;
        before[pageOf(n)] = expected[pageOf(n)];
        expected[pageOf(n)] = n + 1;
    }
    uint64_t complete = transactions;
    for (uint64_t number = 0; torn == 0 && number < pages; ++number) {
        const uint64_t owner = ownerOf(table, number, torn);
        if (owner == expected[number])
            continue;
        const bool isNewest = transactions > 0 && number == pageOf(transactions - 1) && owner == before[number];
        complete = isNewest ? transactions - 1 : complete;
        lost += !isNewest;
    }
    const Churned others = look(churns);
    std::printf("transactions=%llu journal=%llu torn=%llu lost=%llu files=%llu wrong=%llu\n", (unsigned long long)complete,
        (unsigned long long)transactions, (unsigned long long)torn, (unsigned long long)lost, (unsigned long long)others.files,
        (unsigned long long)others.wrong);
    return torn + lost + others.wrong == 0 ? 0 : 1;
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
