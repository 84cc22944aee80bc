#pragma once
#include "app/wizard/models/tagsmodel.h"

#include <QWidget>

class QPushButton;
class QTableView;

namespace edgelift::wizard {

/// The tags of a job as a table that is edited in place, with buttons to add and remove (R85). Insert and Delete do the same.
class TagsForm final : public QWidget
{
    Q_OBJECT
public:
    explicit TagsForm(QWidget *parent = nullptr);

    void show(const QMap<QString, QString> &tags);
    [[nodiscard]] QMap<QString, QString> tags() const { return m_tags.tags(); }
    [[nodiscard]] QList<Problem> problems() const { return m_tags.problems(); }
    /// What is wrong, in words; beyond three only their number. Empty: nothing.
    [[nodiscard]] QString problemText() const;
    [[nodiscard]] QTableView *table() const { return m_table; }
    void retranslate();

Q_SIGNALS:
    void edited();

protected:
    void changeEvent(QEvent *event) override;

private:
    void add();
    void remove();
    void setHeight();

    TagsModel m_tags;
    QTableView *m_table;
    QPushButton *m_add;
    QPushButton *m_remove;
};

}
