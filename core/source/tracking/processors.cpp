#include "core/source/tracking/processors.h"

#include "core/base/files.h"

namespace edgelift {

Result<QByteArray> onlineProcessors() { return readFile(QStringLiteral("/sys/devices/system/cpu/online"), 4096); }

QList<int> processorsIn(const QByteArray &list)
{
    QList<int> numbers;
    for (const QByteArray &part : list.trimmed().split(',')) {
        const QList<QByteArray> ends = part.split('-');
        for (int number = ends.first().toInt(); number <= ends.last().toInt(); ++number)
            numbers.append(number);
    }
    return numbers;
}

}
