#include "tests/gui/textchecks.h"

#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/elidedlabel.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QGroupBox>
#include <QHeaderView>
#include <QKeySequence>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMap>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStyleOptionComboBox>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTextLayout>
#include <QTreeView>
#include <algorithm>

namespace edgelift::test {

namespace {

constexpr qsizetype shownOfText = 60; ///< of a finding
constexpr qsizetype longestOwnWord = 30;

/// Names from the server may give way where they are longer than any word of ours. Paths count as one word.
bool isName(const QString &text)
{
    const QStringList words = text.split(QLatin1Char(' '));
    return std::any_of(words.begin(), words.end(), [](const QString &word) { return word.size() > longestOwnWord; });
}

QString nameOf(const QWidget *widget)
{
    return QStringLiteral("%1 “%2”").arg(QLatin1String(widget->metaObject()->className()), widget->objectName());
}

/// Collects what does not fit.
class Findings
{
public:
    void require(const QWidget *widget, const QString &text, const QSize &has, const QSize &needs)
    {
        if (has.width() >= needs.width() && has.height() >= needs.height())
            return;
        m_lines.append(QStringLiteral("cut: %1 has %2x%3, needs %4x%5: %6")
                           .arg(nameOf(widget))
                           .arg(has.width())
                           .arg(has.height())
                           .arg(needs.width())
                           .arg(needs.height())
                           .arg(text.left(shownOfText)));
    }
    void requireWidth(const QWidget *widget, const QString &text, int has, int needs)
    {
        if (!isName(text))
            require(widget, text, {has, 0}, {needs, 0});
    }
    [[nodiscard]] const QStringList &lines() const { return m_lines; }

private:
    QStringList m_lines;
};

QList<QWidget *> visibleWidgets(const QWidget &root)
{
    QList<QWidget *> out;
    for (QWidget *widget : root.findChildren<QWidget *>()) {
        if (widget->isVisibleTo(&root))
            out.append(widget);
    }
    return out;
}

void check(const QLabel &label, Findings &out)
{
    if (!label.pixmap(Qt::ReturnByValue).isNull()) {
        const QPixmap pixmap = label.pixmap(Qt::ReturnByValue);
        out.require(&label, QStringLiteral("(picture)"), label.contentsRect().size(), pixmap.deviceIndependentSize().toSize());
    } else if (!label.text().isEmpty() && label.wordWrap()) {
        out.require(&label, label.text(), label.size(), {label.minimumSizeHint().width(), label.heightForWidth(label.width())});
    } else if (!label.text().isEmpty()) {
        out.require(&label, label.text(), label.size(), label.sizeHint());
    }
}

void check(const QComboBox &combo, Findings &out)
{
    if (combo.isEditable())
        return; // the line edit inside is looked at
    QStyleOptionComboBox option;
    option.initFrom(&combo);
    const QRect field = combo.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &combo);
    out.requireWidth(&combo, combo.currentText(), field.width(), combo.fontMetrics().horizontalAdvance(combo.currentText()));
}

/// What is typed may be longer than its field; what we say there may not.
void check(const QLineEdit &edit, Findings &out)
{
    const bool number = edit.parentWidget()->inherits("QAbstractSpinBox");
    const QString text = edit.text().isEmpty() ? edit.placeholderText() : number ? edit.displayText() : QString();
    constexpr int margin = 2; // QLineEdit's own, on both sides
    const int room = edit.contentsRect().width() - edit.textMargins().left() - edit.textMargins().right() - 2 * margin;
    out.requireWidth(&edit, text, room, edit.fontMetrics().horizontalAdvance(text));
}

void check(const QHeaderView &header, Findings &out)
{
    if (header.orientation() != Qt::Horizontal || !header.model())
        return;
    for (int section = 0; section < header.count(); ++section) {
        if (header.isSectionHidden(section))
            continue;
        const QString text = header.model()->headerData(section, Qt::Horizontal).toString();
        const int margins = 2 * header.style()->pixelMetric(QStyle::PM_HeaderMargin, nullptr, &header);
        out.requireWidth(&header, text, header.sectionSize(section) - margins, header.fontMetrics().horizontalAdvance(text));
    }
}

QList<QModelIndex> cellsOf(const QAbstractItemView &view, const QModelIndex &parent)
{
    QList<QModelIndex> out;
    for (int row = 0; row < view.model()->rowCount(parent); ++row) {
        for (int column = 0; column < view.model()->columnCount(parent); ++column)
            out.append(view.model()->index(row, column, parent));
        out += cellsOf(view, view.model()->index(row, 0, parent));
    }
    return out;
}

/// As much as Qt wants before it leaves out the last lines of a cell: it takes all to be as high as the highest.
int heightOf(const QString &text, const QFont &font, int width)
{
    QTextLayout layout(text, font);
    layout.beginLayout();
    int lines = 0;
    qreal highest = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        highest = std::max(highest, line.height());
        ++lines;
    }
    layout.endLayout();
    return int(lines * highest);
}

void check(const QAbstractItemView &view, Findings &out)
{
    const bool drawsItself = qobject_cast<const wizard::DiskBar *>(&view) || qobject_cast<const QHeaderView *>(&view);
    if (drawsItself || !view.model())
        return; // a bar is proportional: its texts stand in the table as well
    const auto *table = qobject_cast<const QTableView *>(&view);
    for (const QModelIndex &index : cellsOf(view, view.rootIndex())) {
        const QRect rect = view.visualRect(index);
        if (rect.isEmpty() || !view.viewport()->rect().intersects(rect) || view.indexWidget(index))
            continue;
        QStyleOptionViewItem option;
        option.initFrom(&view);
        option.font = view.font();
        option.widget = &view;
        option.rect = rect;
        option.decorationSize = QSize(1, 1) * view.style()->pixelMetric(QStyle::PM_SmallIconSize);
        if (table && table->wordWrap())
            option.features |= QStyleOptionViewItem::WrapText;
        const QSize needs = view.itemDelegateForIndex(index)->sizeHint(option, index);
        const QString text = index.data().toString();
        const bool whole = index.data(Qt::ToolTipRole).toString() == text.toHtmlEscaped(); // it can be read all the same
        if (!whole)
            out.requireWidth(&view, text, rect.width(), needs.width());
        const int margins = 2 * (view.style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, &view) + 1);
        if (table && table->wordWrap())
            out.require(
                &view, text, rect.size(), {0, std::min(heightOf(text, option.font, rect.width() - margins), view.viewport()->height())});
    }
}

bool isInside(const QWidget *widget, const char *className)
{
    for (const QWidget *each = widget; each; each = each->parentWidget()) {
        if (each->inherits(className))
            return true;
    }
    return false;
}

/// Of a control, placed by the control.
bool isPart(const QWidget *widget)
{
    const QWidget *parent = widget->parentWidget();
    return !parent || widget->isWindow() || parent->inherits("QAbstractScrollArea") || parent->inherits("QComboBox")
        || parent->inherits("QAbstractSpinBox") || parent->inherits("QLineEdit") || parent->inherits("QMainWindow")
        || isInside(parent, "QAbstractItemView") || widget->objectName().startsWith(QLatin1String("qt_"));
}

bool scrolls(const QWidget *viewport) { return viewport->parentWidget() && viewport->parentWidget()->inherits("QAbstractScrollArea"); }

QString mnemonicOf(const QWidget *widget)
{
    QString text;
    if (const auto *label = qobject_cast<const QLabel *>(widget); label && label->buddy())
        text = label->text();
    else if (const auto *button = qobject_cast<const QAbstractButton *>(widget))
        text = button->text();
    else if (const auto *box = qobject_cast<const QGroupBox *>(widget))
        text = box->title();
    return QKeySequence::mnemonic(text).toString();
}

}

QStringList cutTexts(const QWidget &root)
{
    Findings out;
    for (const QWidget *widget : visibleWidgets(root)) {
        if (const auto *label = qobject_cast<const QLabel *>(widget))
            check(*label, out);
        else if (const auto *button = qobject_cast<const QAbstractButton *>(widget); button && !button->text().isEmpty())
            out.require(button, button->text(), button->size(), button->minimumSizeHint());
        else if (const auto *combo = qobject_cast<const QComboBox *>(widget))
            check(*combo, out);
        else if (const auto *edit = qobject_cast<const QLineEdit *>(widget))
            check(*edit, out);
        else if (const auto *elided = qobject_cast<const wizard::ElidedLabel *>(widget))
            out.requireWidth(elided, elided->text(), elided->width(), elided->fontMetrics().horizontalAdvance(elided->text()));
        else if (const auto *box = qobject_cast<const QGroupBox *>(widget); box && !box->title().isEmpty())
            out.requireWidth(box, box->title(), box->width(), box->minimumSizeHint().width());
        if (const auto *header = qobject_cast<const QHeaderView *>(widget))
            check(*header, out);
        else if (const auto *view = qobject_cast<const QAbstractItemView *>(widget))
            check(*view, out);
    }
    return out.lines();
}

QStringList misplaced(const QWidget &root)
{
    QStringList out;
    QMap<const QWidget *, QList<const QWidget *>> families;
    for (const QWidget *widget : visibleWidgets(root)) {
        if (isPart(widget))
            continue;
        const QWidget *parent = widget->parentWidget();
        if (!scrolls(parent) && !parent->rect().contains(widget->geometry()))
            out.append(QStringLiteral("sticks out: %1 of %2").arg(nameOf(widget), nameOf(parent)));
        for (const QWidget *sibling : std::as_const(families[parent])) {
            if (sibling->geometry().intersects(widget->geometry()))
                out.append(QStringLiteral("overlap: %1 and %2").arg(nameOf(widget), nameOf(sibling)));
        }
        families[parent].append(widget);
    }
    return out;
}

QStringList sidewaysScrolling(const QWidget &root)
{
    QStringList out;
    for (const QWidget *widget : visibleWidgets(root)) {
        const auto *area = qobject_cast<const QAbstractScrollArea *>(widget);
        const bool lines = area && area->inherits("QPlainTextEdit");
        if (area && !lines && area->horizontalScrollBar()->maximum() > area->horizontalScrollBar()->minimum())
            out.append(QStringLiteral("scrolls sideways by %1: %2").arg(area->horizontalScrollBar()->maximum()).arg(nameOf(area)));
    }
    return out;
}

QStringList doubleMnemonics(const QWidget &root)
{
    QStringList out;
    QMap<QString, const QWidget *> owners;
    for (const QWidget *widget : visibleWidgets(root)) {
        const QString letter = mnemonicOf(widget);
        if (letter.isEmpty())
            continue;
        if (const QWidget *other = owners.value(letter))
            out.append(QStringLiteral("%1 stands for %2 and for %3").arg(letter, nameOf(other), nameOf(widget)));
        owners.insert(letter, widget);
    }
    return out;
}

}
