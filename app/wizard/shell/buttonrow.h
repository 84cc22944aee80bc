#pragma once
#include <QFrame>

class QPushButton;
class QToolButton;

namespace edgelift::wizard {

class ElidedLabel;
class Page;

/// What stands below everything: Help and Options, where we are, Back, Next and Close.
class ButtonRow final : public QFrame
{
    Q_OBJECT
public:
    explicit ButtonRow(QWidget *parent = nullptr);

    [[nodiscard]] QPushButton &help() const { return *m_help; }
    [[nodiscard]] QToolButton &options() const { return *m_options; }
    [[nodiscard]] QPushButton &back() const { return *m_back; }
    [[nodiscard]] QPushButton &next() const { return *m_next; }
    [[nodiscard]] QPushButton &close() const { return *m_close; }
    /// `canGoBack`: there is a page to go back to.
    void showPage(const Page &page, bool canGoBack);
    void setStatus(const QString &text);
    void setNarrow(bool narrow); ///< without the status
    /// Those whose letters must be the same on every page.
    [[nodiscard]] QList<QWidget *> buttons() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    void showSymbol();

    QPushButton *m_help;
    QToolButton *m_options;
    ElidedLabel *m_status;
    QPushButton *m_back;
    QPushButton *m_next;
    QPushButton *m_close;
    QString m_nextText; ///< of the page; empty: Next
};

}
