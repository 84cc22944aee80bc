#include "app/wizard/pages/welcomepage.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/shell/language.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/pointlist.h"
#include "core/layout/planrules.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace edgelift::wizard {

WelcomePage::WelcomePage(Session &session, Language &language, QWidget *parent)
    : Page(session, parent)
    , m_language(language)
    , m_languageLabel(new QLabel(this))
    , m_languages(new QComboBox(this))
    , m_fontNote(new QLabel(this))
    , m_steps(new PointList(this))
{
    m_languages->setObjectName(QStringLiteral("language"));
    m_languageLabel->setBuddy(m_languages);
    for (const LanguageInfo &each : languages())
        m_languages->addItem(each.name, each.code);
    m_steps->setObjectName(QStringLiteral("whatHappens"));
    m_fontNote->setObjectName(QStringLiteral("fontNote"));
    m_fontNote->setWordWrap(true);
    m_fontNote->hide();
    auto *top = new QHBoxLayout;
    top->addWidget(m_languageLabel);
    top->addWidget(m_languages);
    top->addStretch();
    auto *column = new QVBoxLayout(this);
    column->addLayout(top);
    column->addWidget(m_fontNote);
    column->addWidget(m_steps);
    for (auto [card, name] : std::initializer_list<std::pair<Card *, const char *>>{
             {&m_limits, "limits"}, {&m_costs, "costs"}, {&m_impacts, "impacts"}, {&m_words, "words"}}) {
        *card = makeCard(name);
        column->addWidget(card->heading, 0, Qt::AlignLeading);
        auto *indented = new QHBoxLayout; // not a margin: those are not mirrored
        indented->addSpacing(fontMetrics().height() * 3 / 2);
        indented->addWidget(card->points);
        column->addLayout(indented);
    }
    column->addStretch();
    m_costs.heading->setOpen(true); // nobody should be surprised by them
    connect(m_languages, &QComboBox::activated, this, &WelcomePage::chooseLanguage);
    retranslate();
}

WelcomePage::Card WelcomePage::makeCard(const char *name)
{
    const Card card{new Disclosure(this), new PointList(this)};
    card.heading->setObjectName(QLatin1String(name));
    card.points->setObjectName(QLatin1String(name) + QLatin1String("Text"));
    card.heading->setPart(card.points);
    return card;
}

void WelcomePage::fill(const Card &card, const QString &title, const QStringList &points)
{
    card.heading->setText(title);
    card.points->setPoints(points);
}

QWidget *WelcomePage::firstField() const { return m_languages; }

void WelcomePage::chooseLanguage() { m_language.set(m_languages->currentData().toString()); }

QString WelcomePage::subtitle() const { return tr("The server keeps running meanwhile. Nothing on it is changed before you agree to it."); }

QString WelcomePage::help() const
{
    return tr(
        "Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is "
        "changed or charged before you choose Start migration on the Review page.");
}

void WelcomePage::retranslate()
{
    m_languageLabel->setText(tr("&Language:"));
    const QString code = m_language.code().isEmpty() ? QStringLiteral("en") : m_language.code();
    m_languages->setCurrentIndex(m_languages->findData(code));
    const LanguageInfo &shown = languages().at(std::max(m_languages->currentIndex(), 0));
    m_fontNote->setVisible(!isReadable(shown));
    m_fontNote->setText(
        QStringLiteral("No font on this display can show %1. Install “fonts-noto-cjk” or “fonts-noto-core”, or choose another language.")
            .arg(shown.code)); // in English on purpose: nothing else could be read
    m_steps->setNumbered(
        tr("1. You choose what is migrated and where to.\n"
           "2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and "
           "imports it into ENS. Then it removes everything temporary.\n"
           "3. You create the ENS instance from the finished image."));
    fillCards();
}

void WelcomePage::fillCards()
{
    fill(m_limits, tr("Limits"),
        {tr("Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds."),
            tr("At most %1 data disks, each at most %2.")
                .arg(format::number(limits::dataDisksMost), format::sizeGiB(limits::ensDataDiskMostGiB)),
            tr("ENS images are imported in China (Beijing) and Singapore only."),
            tr("The image may have at most %1 after compression, system disk and data disks together.")
                .arg(format::size(Bytes{limits::imageMostBytes})),
            tr("ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.")});
    fill(m_costs, tr("Costs"),
        {tr("Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and "
            "snapshots."),
            tr("The temporary image in the OSS bucket costs storage, requests and outbound traffic."),
            tr("Importing the ENS image and creating an ENS instance are charged by ENS."),
            tr("After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.")});
    fill(m_impacts, tr("Consequences"),
        {tr("Do not stop, start, restart or release the transit instance %1 during the migration.")
                .arg(format::ltr(QStringLiteral("No_Delete_SMC_Transition_Instance"))),
            tr("Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end."),
            tr("The hardware changes: licences bound to it may become invalid. Check them after the migration.")});
    fill(m_words, tr("Words"),
        {tr("ENS, Edge Node Service: servers in data centers near their users."),
            tr("OSS, Object Storage Service: holds files in buckets."),
            tr("Transit instance: a temporary ECS instance that receives the disks."),
            tr("Activation code: lets this server register itself without an AccessKey pair.")});
}

}
