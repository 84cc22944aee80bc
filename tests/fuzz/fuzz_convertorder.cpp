#include "core/layout/convertorder.h"
#include "fuzztarget.h"

#include <QJsonDocument>

using namespace edgelift;
using namespace edgelift::fuzz;

/// What a sender tells the receiver about the server to make ready.
FUZZ_TARGET(convertorder)
{
    const Result<ConvertOrder> order = convertOrderFromJson(QJsonDocument::fromJson(input.toByteArray()).object());
    if (!order)
        return;
    const Result<ConvertOrder> again = convertOrderFromJson(toJson(*order));
    if (!order->source.live) // is not sent on
        expect(again && *again == *order, "orders survive being written and read");
}
