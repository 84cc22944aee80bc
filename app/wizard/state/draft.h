#pragma once
#include "app/wizard/state/credential.h"
#include "core/base/result.h"
#include "core/layout/plan.h"

#include <QDateTime>
#include <QMap>

namespace edgelift::wizard {

/// A setup under way, as it is kept for the next start: everything but secrets.
struct Draft
{
    QString page; ///< pageName() of the one shown
    std::optional<Plan> plan;
    Credential::Method method = Credential::Method::Code;
    QString endpoint;
    QString sourceId;
    QMap<QString, QString> decisions;
    QDateTime saved; ///< UTC
};

/// Nothing when there is none, or none that can be read: a damaged draft is not worth an error.
[[nodiscard]] std::optional<Draft> loadDraft(const QString &path);
/// Mode 0600, all or nothing. Errors: FileUnwritable, NoSpace.
[[nodiscard]] Result<> saveDraft(const QString &path, const Draft &draft);

}
