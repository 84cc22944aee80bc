#pragma once
#include <QtGlobal>
#include <array>

namespace edgelift {

/// Tells from how often each copy of a program was skipped whether an event may have been missed by all. Such an event adds one to
/// every counter at once; so while one copy was not skipped between two looks, nothing was missed. Looks are not instants, so the
/// time since the look before the last is what counts. A value.
template <size_t copies>
class MissWatch
{
public:
    /// `skipped`: since the programs began, growing. False: an event may be lost. Look several times a second: the copies are skipped now
    /// and then on a busy machine, each harmless alone.
    [[nodiscard]] bool look(const std::array<quint64, copies> &skipped)
    {
        bool all = true;
        for (size_t i = 0; i < copies; ++i)
            all = all && skipped[i] > m_beforeLast[i];
        m_beforeLast = m_last;
        m_last = skipped;
        return !all;
    }

private:
    std::array<quint64, copies> m_last{};
    std::array<quint64, copies> m_beforeLast{};
};

}
