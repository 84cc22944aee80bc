#include "core/receiver/bootfix/unifieddiff.h"

#include <QList>
#include <algorithm>
#include <vector>

namespace edgelift::bootfix {

namespace {

constexpr qsizetype context = 3;
constexpr qsizetype mostCells = 4 << 20; // of the table below

struct Line
{
    char sign;
    QByteArray text; ///< with its newline, if it has one
};

QList<QByteArray> linesOf(const QByteArray &content)
{
    QList<QByteArray> lines;
    for (qsizetype at = 0; at < content.size();) {
        const qsizetype end = content.indexOf('\n', at);
        const qsizetype next = end < 0 ? content.size() : end + 1;
        lines.append(content.mid(at, next - at));
        at = next;
    }
    return lines;
}

/// The lines between the common head and the common tail, by the longest common subsequence.
void compareMiddle(const QList<QByteArray> &a, const QList<QByteArray> &b, QList<Line> &out)
{
    const qsizetype width = b.size() + 1;
    const bool small = (a.size() + 1) * width <= mostCells;
    std::vector<quint32> length(small ? size_t((a.size() + 1) * width) : 0);
    for (qsizetype i = a.size() - 1; small && i >= 0; --i) {
        for (qsizetype j = b.size() - 1; j >= 0; --j) {
            const size_t here = size_t(i * width + j);
            length[here] =
                a.at(i) == b.at(j) ? length[here + size_t(width) + 1] + 1 : std::max(length[here + size_t(width)], length[here + 1]);
        }
    }
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() || j < b.size()) {
        const size_t here = size_t(i * width + j);
        if (small && i < a.size() && j < b.size() && a.at(i) == b.at(j)) {
            out.append({' ', a.at(i++)});
            ++j;
        } else if (i < a.size() && (!small || j == b.size() || length[here + size_t(width)] >= length[here + 1])) {
            out.append({'-', a.at(i++)});
        } else {
            out.append({'+', b.at(j++)});
        }
    }
}

QList<Line> compare(const QList<QByteArray> &a, const QList<QByteArray> &b)
{
    qsizetype head = 0;
    while (head < std::min(a.size(), b.size()) && a.at(head) == b.at(head))
        ++head;
    qsizetype tail = 0;
    while (tail < std::min(a.size(), b.size()) - head && a.at(a.size() - 1 - tail) == b.at(b.size() - 1 - tail))
        ++tail;
    QList<Line> lines;
    for (const QByteArray &line : a.mid(0, head))
        lines.append({' ', line});
    compareMiddle(a.mid(head, a.size() - head - tail), b.mid(head, b.size() - head - tail), lines);
    for (const QByteArray &line : a.mid(a.size() - tail))
        lines.append({' ', line});
    return lines;
}

QByteArray range(qsizetype start, qsizetype count)
{
    const qsizetype shown = count == 0 ? start : start + 1;
    return QByteArray::number(shown) + (count == 1 ? QByteArray() : ',' + QByteArray::number(count));
}

/// Lines [from, to), of which `oldBefore` and `newBefore` lines of the two files come before.
QByteArray hunk(const QList<Line> &lines, qsizetype from, qsizetype to, qsizetype oldBefore, qsizetype newBefore)
{
    QByteArray body;
    qsizetype oldCount = 0;
    qsizetype newCount = 0;
    for (qsizetype i = from; i < to; ++i) {
        const Line &line = lines.at(i);
        oldCount += line.sign != '+';
        newCount += line.sign != '-';
        body += line.sign + line.text;
        if (!line.text.endsWith('\n'))
            body += "\n\\ No newline at end of file\n";
    }
    return "@@ -" + range(oldBefore, oldCount) + " +" + range(newBefore, newCount) + " @@\n" + body;
}

}

QByteArray unifiedDiff(const QByteArray &name, const QByteArray &before, const QByteArray &after)
{
    if (before == after)
        return {};
    if (before.contains('\0') || after.contains('\0'))
        return "Binary files " + (before.isNull() ? QByteArray("/dev/null") : "a" + name) + " and "
            + (after.isNull() ? QByteArray("/dev/null") : "b" + name) + " differ\n";
    const QList<Line> lines = compare(linesOf(before), linesOf(after));
    QByteArray out = "--- " + (before.isNull() ? QByteArray("/dev/null") : "a" + name) + "\n+++ "
        + (after.isNull() ? QByteArray("/dev/null") : "b" + name) + "\n";
    qsizetype oldLine = 0;
    qsizetype newLine = 0;
    for (qsizetype i = 0; i < lines.size();) {
        const auto change = std::find_if(lines.begin() + i, lines.end(), [](const Line &line) { return line.sign != ' '; });
        if (change == lines.end())
            break;
        const qsizetype first = change - lines.begin();
        qsizetype last = first;
        for (qsizetype k = first; k < lines.size() && k - last <= 2 * context + 1; ++k)
            last = lines.at(k).sign == ' ' ? last : k;
        const qsizetype from = std::max(i, first - context);
        const qsizetype to = std::min(lines.size(), last + 1 + context);
        oldLine += from - i;
        newLine += from - i;
        out += hunk(lines, from, to, oldLine, newLine);
        for (qsizetype k = from; k < to; ++k) {
            oldLine += lines.at(k).sign != '+';
            newLine += lines.at(k).sign != '-';
        }
        i = to;
    }
    return out;
}

}
