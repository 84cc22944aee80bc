#include "app/wizard/shell/page.h"

#include <QEvent>

namespace edgelift::wizard {

Page::Page(Session &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
{
}

void Page::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::LanguageChange)
        return;
    retranslate();
    Q_EMIT changed();
}

}
