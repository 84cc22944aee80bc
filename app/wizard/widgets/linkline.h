#pragma once
#include <QWidget>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
/// An address on the web for people who may have no browser here: what it is, the address to select, and buttons that open and copy it.
class LinkLine final : public QWidget
{
    Q_OBJECT
public:
    /// Its parts are `name`Text, `name`Open and `name`Copy, for tests.
    LinkLine(QWidget *parent, const QString &name, const QString &address);

    void setTitle(const QString &title); ///< "SMC FAQ"; names the buttons as well. Called after every language change

private:
    const QString m_address;
    TextLabel *m_text;
    QPushButton *m_open;
    QPushButton *m_copy;
};

}
