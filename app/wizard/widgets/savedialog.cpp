#include "app/wizard/widgets/savedialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

namespace edgelift::wizard {

void askWhereToSave(QWidget *parent, const SaveQuestion &question, const std::function<void(const QString &path)> &use)
{
    auto *dialog = new QFileDialog(parent, question.title, QDir::homePath(), question.filter);
    dialog->setObjectName(QStringLiteral("saveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(QFileInfo(question.proposed).suffix());
    dialog->selectFile(question.proposed);
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, use);
    dialog->open();
}

}
