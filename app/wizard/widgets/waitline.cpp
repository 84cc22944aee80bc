#include "app/wizard/widgets/waitline.h"

#include "app/wizard/shell/format.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace edgelift::wizard {

WaitLine::WaitLine(QWidget *parent)
    : QWidget(parent)
    , m_text(new QLabel(this))
    , m_seconds(new QLabel(this))
    , m_stop(new QPushButton(this))
{
    m_text->setObjectName(QStringLiteral("waitText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_stop->setObjectName(QStringLiteral("waitStop"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_text, 1);
    row->addWidget(m_seconds);
    row->addWidget(m_stop);
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &WaitLine::retranslate);
    connect(m_stop, &QPushButton::clicked, this, &WaitLine::stopped);
    hide();
}

void WaitLine::begin(const std::function<QString()> &text, bool stoppable)
{
    if (m_second.isActive())
        return;
    m_words = text;
    m_stop->setVisible(stoppable);
    m_since.start();
    m_second.start();
    retranslate();
    show();
}

void WaitLine::end()
{
    m_second.stop();
    m_words = nullptr;
    hide();
}

void WaitLine::retranslate()
{
    m_stop->setText(tr("S&top"));
    if (!m_words)
        return;
    m_text->setText(m_words());
    const qint64 seconds = m_since.elapsed() / 1000;
    m_seconds->setText(seconds < 3 ? QString() : format::duration(seconds));
}

}
