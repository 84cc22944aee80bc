#pragma once
#include "core/base/result.h"

#include <QJsonObject>
#include <QWidget>

class QLineEdit;
class QPushButton;

namespace edgelift::wizard {

class FormField;
class NumberBox;
class TextLabel;
class WaitLine;

/// "Generate a code" (R35–R37): for whoever has an AccessKey pair and gives others codes. Asks its owner to make one.
class CodeMaker final : public QWidget
{
    Q_OBJECT
public:
    explicit CodeMaker(QWidget *parent = nullptr);

    void setPossible(bool possible); ///< with what is entered; it says what is missing otherwise
    void show(const QString &code);
    void fail(const Error &error);
    void retranslate();

Q_SIGNALS:
    void wanted(const QJsonObject &parameters); ///< name, quota, days of code.create; show() or fail() follows
    void used(const QString &code); ///< on this server

private:
    void layOut();
    void ask();

    QLineEdit *m_name;
    NumberBox *m_quota;
    NumberBox *m_days;
    QPushButton *m_generate;
    WaitLine *m_wait;
    TextLabel *m_missing;
    QLineEdit *m_code;
    QPushButton *m_copy;
    QPushButton *m_use;
    QWidget *m_result;
    FormField *m_nameField = nullptr;
    FormField *m_quotaField = nullptr;
    FormField *m_daysField = nullptr;
};

}
