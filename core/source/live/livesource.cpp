#include "core/source/live/livesource.h"

#include "core/base/files.h"
#include "core/base/log.h"
#include "core/source/live/liveinspector.h"

#include <QTemporaryDir>
#include <unistd.h>

namespace edgelift {

namespace {

/// The running machine as it was when it was looked at. What it shows does not change after open().
class LiveSource final : public Source
{
public:
    explicit LiveSource(MachineView view, const QString &workFolder)
        : m_view(std::move(view))
        , m_folder(workFolder + QStringLiteral("/live-XXXXXX"))
    {
    }
    Result<> open(const std::stop_token &stop)
    {
        if (!m_folder.isValid())
            return errnoError(errno, ErrorCode::FileUnwritable, m_folder.path());
        const Result<MachineSurvey> survey = surveyMachine(m_view);
        if (!survey)
            return survey.error();
        if (survey->disks.isEmpty())
            return Error{ErrorCode::SourceEmpty, Retry::AfterUserAction, {QStringLiteral("this machine")}, QStringLiteral("no disk")};
        for (const QString &name : survey->disks) {
            const BlockDevice &device = *survey->devices.byName(name);
            Result<DiskNode> node = DiskNode::open(device, survey->isMounted(device), m_view, m_folder.path());
            if (!node)
                return node.error();
            m_nodes.push_back(node.take());
        }
        LiveInspector inspector(m_view, *survey, m_nodes, m_folder.path(), stop);
        if (Result<> inspected = inspector.run(); !inspected)
            return inspected;
        m_facts = inspector.facts();
        m_notes = inspector.notes();
        m_names = inspector.partitionNames();
        m_diskIds = inspector.diskIds();
        for (size_t i = 0; i < m_nodes.size(); ++i)
            m_nodes.at(i).setTable(inspector.table(m_diskIds.at(qsizetype(i))));
        for (const SourceNote &note : std::as_const(m_notes))
            log::info("source", note.text, {{QStringLiteral("subject"), note.subject}});
        return ok();
    }

    const ServerFacts &facts() const override { return m_facts; }
    QString diskPath(const QString &diskId) const override
    {
        const DiskNode *node = find(diskId);
        return node ? node->path() : QString();
    }
    QString diskIdentity(const QString &diskId) const override
    {
        const DiskNode *node = find(diskId);
        return node ? node->identity() : QString();
    }
    QList<SourceNote> notes() const override { return m_notes; }
    QList<PartitionNames> partitionNames() const override { return m_names; }
    QStringList kernelOrder() const override { return m_diskIds; }
    Result<> verifyUnchanged() const override
    {
        const BlockDevices now = BlockDevices::read(m_view.sys);
        for (const DiskNode &node : m_nodes) {
            if (Result<> same = node.verifyUnchanged(now); !same)
                return same;
        }
        return ok();
    }

private:
    const DiskNode *find(const QString &diskId) const
    {
        const qsizetype index = m_diskIds.indexOf(diskId);
        return index < 0 ? nullptr : &m_nodes.at(size_t(index));
    }

    const MachineView m_view;
    const QTemporaryDir m_folder;
    std::vector<DiskNode> m_nodes;
    QStringList m_diskIds; ///< of the nodes, by name
    QList<PartitionNames> m_names;
    ServerFacts m_facts;
    QList<SourceNote> m_notes;
};

}

Result<std::unique_ptr<Source>> openMachine(const MachineView &view, const QString &workFolder, const std::stop_token &stop)
{
    if (::geteuid() != 0)
        return Error{ErrorCode::PermissionDenied, Retry::AfterUserAction, {QStringLiteral("Looking at this server's disks")}, {}};
    if (const Result<> made = makeFolder(workFolder); !made)
        return made.error();
    auto source = std::make_unique<LiveSource>(view, workFolder);
    if (const Result<> opened = source->open(stop); !opened)
        return opened.error();
    return std::unique_ptr<Source>(std::move(source));
}

}
