#pragma once
#include <QStringList>

class QWidget;

/// What an eye would find wrong with a window, found by measuring. One line for each finding; empty: nothing. Only what is visible counts.
namespace edgelift::test {

/// Texts that do not fit where they stand: labels, buttons, lists to choose from, numbers, placeholders, headers and cells. Words of more
/// than 30 characters are names from a server; a text with one may give way.
[[nodiscard]] QStringList cutTexts(const QWidget &root);
/// Widgets that lie on a sibling, and widgets of which a part is outside of their parent.
[[nodiscard]] QStringList misplaced(const QWidget &root);
/// Areas that must be scrolled sideways, lines that are not broken excepted (logs, commands).
[[nodiscard]] QStringList sidewaysScrolling(const QWidget &root);
/// Letters that stand for two things at once.
[[nodiscard]] QStringList doubleMnemonics(const QWidget &root);

}
