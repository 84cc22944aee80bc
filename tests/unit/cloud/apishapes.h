#pragma once
#include "core/cloud/httptransport.h"

#include <QJsonObject>
#include <QStringList>

namespace edgelift::test {

/// resources/api-shapes.json: what the vendor's own definitions say about each call.
class ApiShapes
{
public:
    ApiShapes();
    /// What is wrong with a recorded RPC request: unknown action or parameter, wrong type, value outside an enumeration, too many items,
    /// a required parameter that is missing. Empty: nothing.
    [[nodiscard]] QStringList problems(const HttpRequest &request) const;

private:
    [[nodiscard]] QJsonObject productOf(const QString &version) const;
    QJsonObject m_products;
};

}
