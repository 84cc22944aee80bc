#include "app/wizard/pages/codemaker.h"

#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/formfield.h"
#include "app/wizard/widgets/numberbox.h"
#include "app/wizard/widgets/textlabel.h"
#include "app/wizard/widgets/waitline.h"

#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

// R35, R36
constexpr int mostServers = 1000;
constexpr int usualServers = 200;
constexpr int mostDays = 90;

template <class T>
T *make(QWidget *parent, const char *name)
{
    auto *widget = new T(parent);
    widget->setObjectName(QLatin1String(name));
    return widget;
}

}

CodeMaker::CodeMaker(QWidget *parent)
    : QWidget(parent)
    , m_name(make<QLineEdit>(this, "newCodeName"))
    , m_quota(make<NumberBox>(this, "newCodeQuota"))
    , m_days(make<NumberBox>(this, "newCodeDays"))
    , m_generate(make<QPushButton>(this, "newCodeGenerate"))
    , m_wait(new WaitLine(this))
    , m_missing(new TextLabel(this, "newCodeMissing"))
    , m_code(make<QLineEdit>(this, "newCode"))
    , m_copy(make<QPushButton>(this, "newCodeCopy"))
    , m_use(make<QPushButton>(this, "newCodeUse"))
    , m_result(new QWidget(this))
{
    m_quota->setRange(1, mostServers);
    m_quota->setValue(usualServers);
    m_days->setRange(1, mostDays);
    m_days->setValue(mostDays);
    m_name->setMaxLength(128);
    m_code->setReadOnly(true);
    m_code->setLayoutDirection(Qt::LeftToRight);
    layOut();
    m_result->hide();
    for (const auto &[box, field] : {std::pair(m_quota, m_quotaField), {m_days, m_daysField}}) {
        connect(
            box, &NumberBox::clamped, this,
            [box = box, field = field](int to) { field->note().say(FieldNote::Kind::Warning, clampedText(*box, to)); },
            Qt::QueuedConnection);
        connect(box, &NumberBox::editingFinished, this, [field = field] { field->note().clear(); });
    }
    connect(m_generate, &QPushButton::clicked, this, &CodeMaker::ask);
    connect(m_copy, &QPushButton::clicked, this, [this] { copyText(m_code->text()); });
    connect(m_use, &QPushButton::clicked, this, [this] { Q_EMIT used(m_code->text()); });
    retranslate();
}

void CodeMaker::layOut()
{
    auto *form = new Form(this);
    m_nameField = new FormField(form, m_name);
    m_quotaField = new FormField(form, m_quota);
    m_daysField = new FormField(form, m_days);
    auto *row = new QHBoxLayout;
    row->addWidget(m_generate);
    row->addWidget(m_wait, 1);
    row->addStretch();
    auto *result = new QHBoxLayout(m_result);
    result->setContentsMargins(0, 0, 0, 0);
    result->addWidget(m_code, 1);
    result->addWidget(m_copy);
    result->addWidget(m_use);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(form);
    column->addWidget(m_missing);
    column->addLayout(row);
    column->addWidget(m_result);
}

void CodeMaker::setPossible(bool possible)
{
    m_generate->setEnabled(possible);
    m_missing->setVisible(!possible);
}

void CodeMaker::ask()
{
    m_nameField->note().clear();
    m_wait->begin([this] { return tr("Generating…"); }, false);
    QJsonObject parameters{{QStringLiteral("quota"), m_quota->value()}, {QStringLiteral("days"), m_days->value()}};
    if (!m_name->text().trimmed().isEmpty())
        parameters.insert(QStringLiteral("name"), m_name->text().trimmed());
    Q_EMIT wanted(parameters);
}

void CodeMaker::show(const QString &code)
{
    m_wait->end();
    m_code->setText(code);
    m_code->setCursorPosition(0);
    m_result->show();
    m_copy->setFocus(Qt::OtherFocusReason);
}

void CodeMaker::fail(const Error &error)
{
    m_wait->end();
    m_nameField->note().say(FieldNote::Kind::Error, said::paragraph(error));
}

void CodeMaker::retranslate()
{
    m_nameField->setLabel(tr("&Name of the code:"));
    m_name->setPlaceholderText(tr("Optional"));
    m_quotaField->setLabel(tr("Servers it can import (1 to %1):").arg(QLocale().toString(mostServers)));
    m_daysField->setLabel(tr("Days it is valid (1 to %1):").arg(QLocale().toString(mostDays)));
    m_generate->setText(tr("&Generate"));
    m_missing->say(tr("Choose AccessKey pair above and enter the pair and, under Private network, the address of the service."));
    m_code->setAccessibleName(tr("The new activation code"));
    m_copy->setText(tr("&Copy"));
    m_copy->setAccessibleName(tr("Copy the activation code"));
    m_use->setText(tr("&Use it here"));
    m_wait->retranslate();
}

}
