#include "core/migrate/bootreport.h"

#include "core/base/files.h"
#include "core/base/log.h"
#include "core/layout/factsjson.h"
#include "core/migrate/report.h"
#include "core/testboot/testboot.h"

namespace edgelift {

namespace {

BootMode bootModeOf(const JobStore &store)
{
    const Result<QJsonObject> json = readJsonFile(store.path(QStringLiteral("facts.json")));
    const Result<ServerFacts> facts = json ? serverFactsFromJson(*json) : Result<ServerFacts>(json.error());
    return facts ? facts->bootMode : BootMode::Bios;
}

QString resultPath(const JobStore &store) { return store.path(QStringLiteral("bootcheck.json")); }

}

QJsonObject keptBootCheck(const JobStore &store)
{
    const Result<QJsonObject> kept = readJsonFile(resultPath(store));
    return kept ? *kept : QJsonObject();
}

Result<QJsonObject> checkBootOf(const JobStore &store, const Ledger &ledger, const std::stop_token &stop)
{
    const QString path = store.record().values.value(QLatin1String("imagePath")).toString();
    if (path.isEmpty())
        return Error{ErrorCode::JobStateWrong, Retry::AfterUserAction,
            {store.record().id, QStringLiteral("without an image that lies on this machine")}, {}};
    const Result<testboot::BootImage> image = testboot::readBootImage(path);
    if (!image)
        return image.error();
    testboot::TestBootSetting setting;
    setting.bootMode = bootModeOf(store);
    setting.folder = store.path(QStringLiteral("boot"));
    if (const Result<> made = makeFolder(setting.folder); !made)
        return made.error();
    const Result<testboot::TestBootResult> booted = testboot::testBoot(*image, setting, stop);
    if (!booted)
        return booted.error();
    const QJsonObject result = testboot::toJson(*booted);
    log::info("migrate", QStringLiteral("test boot"),
        {{QStringLiteral("job"), store.record().id}, {QStringLiteral("reached"), testboot::stageName(booted->reached)},
            {QStringLiteral("works"), booted->works()}});
    if (const Result<> kept = writeJsonFile(resultPath(store), result, privateFile); !kept)
        return kept.error();
    const Result<> written = writeReports(store, ledger);
    return written ? result : Result<QJsonObject>(written.error());
}

}
