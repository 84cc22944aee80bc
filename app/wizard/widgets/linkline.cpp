#include "app/wizard/widgets/linkline.h"

#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/parts.h"

#include <QDesktopServices>
#include <QHBoxLayout>
#include <QUrl>

namespace edgelift::wizard {

LinkLine::LinkLine(QWidget *parent, const QString &name, const QString &address)
    : QWidget(parent)
    , m_address(address)
    , m_text(makeText(this, ""))
    , m_open(makeButton(this, ""))
    , m_copy(makeButton(this, ""))
{
    setObjectName(name);
    m_text->setObjectName(name + QLatin1String("Text"));
    m_open->setObjectName(name + QLatin1String("Open"));
    m_copy->setObjectName(name + QLatin1String("Copy"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_text, 1);
    row->addWidget(m_open, 0, Qt::AlignTop);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    connect(m_open, &QPushButton::clicked, this, [address] { QDesktopServices::openUrl(QUrl(address)); });
    connect(m_copy, &QPushButton::clicked, this, [address] { copyText(address); });
}

void LinkLine::setTitle(const QString &title)
{
    //: %1: what a web page is about, %2: its address
    m_text->say(tr("%1: %2").arg(title, format::ltr(m_address)));
    m_open->setText(tr("Open"));
    m_copy->setText(tr("Copy address"));
    //: For screen readers: %1 is what a web page is about
    m_open->setAccessibleName(tr("Open: %1").arg(title));
    m_copy->setAccessibleName(tr("Copy address: %1").arg(title));
}

}
