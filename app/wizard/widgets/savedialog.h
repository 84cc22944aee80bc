#pragma once
#include <QString>
#include <functional>

class QWidget;

namespace edgelift::wizard {

/// Asks where to save, without blocking; `use` is called with the path unless that is cancelled or `parent` is gone.
struct SaveQuestion
{
    QString title;
    QString proposed; ///< name without folder, such as "edgelift-report.html"
    QString filter; ///< "Reports (*.html)"
};
void askWhereToSave(QWidget *parent, const SaveQuestion &question, const std::function<void(const QString &path)> &use);

}
