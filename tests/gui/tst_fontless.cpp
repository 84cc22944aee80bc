#include "app/wizard/shell/language.h"
#include "app/wizard/shell/theme.h"

#include <QFontMetrics>
#include <QLabel>
#include <QTemporaryDir>
#include <QtTest>

using namespace edgelift::wizard;

/// The program on a machine where fontconfig finds no font at all: as main() begins.
class TestFontless final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingCouldBeReadBefore() { QVERIFY(!QFontMetrics(QApplication::font()).inFont(QLatin1Char('A'))); }

    void itsOwnFontIsUsed()
    {
        useOwnFontWithoutOthers();
        applyTheme(Theme::Light);
        const QLabel label;
        for (const QChar letter : QStringLiteral("AäЯΩ€…“"))
            QVERIFY2(QFontMetrics(label.font()).inFont(letter), qPrintable(QString(letter)));
        QCOMPARE(QFontInfo(label.font()).family(), QStringLiteral("Noto Sans"));
        int readable = 0;
        for (const LanguageInfo &language : languages())
            readable += isReadable(language) ? 1 : 0;
        QCOMPARE(readable, 6); // en de fr es pt_BR ru
    }
};

int main(int argc, char **argv)
{
    const QTemporaryDir folder;
    QFile config(folder.filePath(QStringLiteral("fonts.conf")));
    if (!config.open(QIODevice::WriteOnly))
        return 1;
    config.write("<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig><dir>/nowhere</dir></fontconfig>");
    config.close();
    qputenv("FONTCONFIG_FILE", config.fileName().toLocal8Bit());
    QApplication application(argc, argv);
    TestFontless test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_fontless.moc"
