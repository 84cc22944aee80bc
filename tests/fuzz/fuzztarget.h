#pragma once
#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QtEndian>
#include <span>
#include <vector>

/// A fuzz target is one file with FUZZ_TARGET(name) { … }: any bytes in `input`, and no crash, no time without end, no broken promise.
/// Built with EDGELIFT_FUZZ it is a libFuzzer program; otherwise tst_fuzzcorpus runs all of them over corpus/<name>.
namespace edgelift::fuzz {

using Run = void (*)(QByteArrayView input);
struct Target
{
    const char *name;
    Run run;
};

/// Every target linked into this program.
[[nodiscard]] inline std::vector<Target> &targets()
{
    static std::vector<Target> all;
    return all;
}
inline bool add(const char *name, Run run)
{
    targets().push_back({name, run});
    return true;
}

/// Ends the process when a promise of the code under test is broken: both the fuzzer and the test see that.
inline void expect(bool kept, const char *promise)
{
    if (!kept)
        qFatal("broken promise: %s", promise);
}

/// Takes numbers and pieces off the front of the input; zeros when it is at its end.
class Reader
{
public:
    explicit Reader(QByteArrayView input)
        : m_rest(input)
    {
    }
    template <class T>
    T number()
    {
        T value = 0;
        if (m_rest.size() >= qsizetype(sizeof(T)))
            value = qFromLittleEndian<T>(m_rest.data());
        m_rest = m_rest.sliced(std::min(m_rest.size(), qsizetype(sizeof(T))));
        return value;
    }
    QByteArrayView take(qsizetype most)
    {
        const QByteArrayView piece = m_rest.first(std::min(most, m_rest.size()));
        m_rest = m_rest.sliced(piece.size());
        return piece;
    }
    /// Up to the next line that is `%` alone (left out), or everything: keeps texts in the corpus readable.
    QByteArrayView takeText()
    {
        const qsizetype at = m_rest.indexOf("\n%\n");
        if (at < 0)
            return take(m_rest.size());
        const QByteArrayView piece = m_rest.first(at);
        m_rest = m_rest.sliced(at + 3);
        return piece;
    }
    QByteArrayView rest() const { return m_rest; }
    bool atEnd() const { return m_rest.isEmpty(); }

private:
    QByteArrayView m_rest;
};

inline std::span<const char> spanOf(QByteArrayView bytes) { return {bytes.data(), size_t(bytes.size())}; }

/// A folder of this process, gone with it; in TMPDIR.
[[nodiscard]] QString scratchFolder();
/// Writes `content` to `name` there, with mode 0600; the file's path.
QString scratchFile(const char *name, QByteArrayView content);

}

#ifdef EDGELIFT_FUZZ
#define FUZZ_TARGET(name)                                                                                                                  \
    static void name(QByteArrayView input);                                                                                                \
    extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)                                                          \
    {                                                                                                                                      \
        name(QByteArrayView(data, qsizetype(size)));                                                                                       \
        return 0;                                                                                                                          \
    }                                                                                                                                      \
    static void name(QByteArrayView input)
#else
#define FUZZ_TARGET(name)                                                                                                                  \
    static void name(QByteArrayView input);                                                                                                \
    static const bool name##Added = edgelift::fuzz::add(#name, name);                                                                      \
    static void name(QByteArrayView input)
#endif
