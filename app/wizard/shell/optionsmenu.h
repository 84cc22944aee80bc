#pragma once
#include <QMenu>

class QActionGroup;

namespace edgelift::wizard {

/// What concerns the whole program, from any page: language, size of text, low-bandwidth mode.
class OptionsMenu final : public QMenu
{
    Q_OBJECT
public:
    explicit OptionsMenu(QWidget *parent = nullptr);

    void showLanguage(const QString &code); ///< is the one in use
    void showLowBandwidth(bool on);
    /// Text larger (1), smaller (-1) or as at the start (0), in the whole program.
    void zoom(int step);
    void setPoints(int points); ///< of a former run; out of range: the nearest that is possible

Q_SIGNALS:
    void languageChosen(const QString &code);
    void lowBandwidthChosen(bool on);
    void zoomed(int points);

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();

    const int m_usualPoints;
    QMenu *m_languages;
    QActionGroup *m_languageGroup;
    QAction *m_larger;
    QAction *m_smaller;
    QAction *m_usual;
    QAction *m_lowBandwidth;
};

}
