#include "core/service/registry.h"

namespace edgelift {

ActionReply ActionReply::refuse(int status, const QString &code, const QString &message)
{
    return {status, {{QStringLiteral("Code"), code}, {QStringLiteral("Message"), message}}};
}

void ActionRegistry::add(const QString &product, const QString &action, ActionHandler handler)
{
    m_handlers.insert(product + QLatin1Char('/') + action, std::move(handler));
}

const ActionHandler *ActionRegistry::find(const QString &product, const QString &action) const
{
    const auto found = m_handlers.constFind(product + QLatin1Char('/') + action);
    return found == m_handlers.constEnd() ? nullptr : &found.value();
}

}
