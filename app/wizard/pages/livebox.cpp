#include "app/wizard/pages/livebox.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/parts.h"

#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

using Action = JobWatch::Action;

}

LiveBox::LiveBox(JobWatch &watch, QWidget *parent)
    : QWidget(parent)
    , m_watch(watch)
    , m_text(makeText(this, "liveText"))
    , m_cutOver(makeButton(this, "cutOver"))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_text);
    column->addWidget(m_cutOver, 0, Qt::AlignLeading);
    connect(m_cutOver, &QPushButton::clicked, this, [this] {
        parentWidget()->setFocus(Qt::OtherFocusReason); // the button is about to go
        m_watch.cutOver();
    });
}

QString LiveBox::text(const ProgressInfo::Live &live) const
{
    const auto is = [&live](const char *state) { return live.state == QLatin1String(state); };
    if (is("first-pass"))
        return tr("The server goes on working. What it writes during this first pass is copied afterwards.");
    if (is("comparing"))
        return tr("What was copied before is compared with the server, so that only differences are sent.");
    if (is("round"))
        //: %1 a number, %2 and %3 speeds
        return tr("Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.")
            .arg(format::number(live.round), format::speed(live.writeRate), format::speed(live.linkRate));
    if (is("in-sync"))
        //: %1 a size, %2 milliseconds
        return tr("The copy follows the server: %1 are not copied yet. The final point would hold the server's disks for about %2 ms.")
            .arg(format::size(live.dirty), format::number(live.freezeMs));
    if (is("files"))
        return tr("What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.");
    if (is("changed-files"))
        return tr("The final point is near. Files that changed since they were copied are being copied again.");
    if (is("waiting"))
        return tr("All files are copied. Those that change from now on are copied again when the final point is taken.");
    if (is("freezing"))
        return tr("The final point is being taken. The server's disks stand still for a moment.");
    if (is("sending-point"))
        return tr("The final point is taken, and the server works as before. The last changes are being copied.");
    if (is("rechecking") || is("reading-back"))
        return tr("The copy is being read back and compared.");
    return is("committed") ? tr("The copy is complete and was compared.") : QString();
}

void LiveBox::refresh()
{
    const std::optional<ProgressInfo::Live> &live = m_watch.progress().live;
    const bool shown = live && m_watch.lastState() == JobWatch::State::Synchronizing;
    setVisible(shown);
    if (!shown)
        return;
    m_text->say(text(*live));
    m_cutOver->setVisible(m_watch.can(Action::CutOver));
}

void LiveBox::retranslate()
{
    m_cutOver->setText(tr("&Take the final point now"));
    m_cutOver->setAccessibleDescription(tr("Holds the server's disks for a moment; what is written later is not in the image."));
    m_cutOver->setToolTip(m_cutOver->accessibleDescription());
    refresh();
}

}
