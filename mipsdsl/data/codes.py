"""The register of what can be wrong with a row: a page for each code. A code is never reused."""

from __future__ import annotations

from attrs import frozen


@frozen
class Page:
    """What a code means and what to do, for ``mips explain-code``."""

    code: str
    title: str
    meaning: str
    advice: str


_PAGES = (
    Page(
        "D0101",
        "not a number",
        "The cell of a count, number, percent, points or money column holds something else. A `$` "
        "is read in money columns only and a `%` in percent columns only; thousands may be parted "
        "by commas (`90,000.00`).",
        "Correct the cell. If the file writes a word for missing values, name it in the map of "
        'columns: `{ to = "...", missing = ["suppressed"] }`.',
    ),
    Page(
        "D0102",
        "a required cell is empty",
        "The field is not optional and the cell is empty or `N/A`; in a column that holds no text "
        "`NA`, `NULL`, `NaN` and SAS's `.` and `.A` to `.Z` are missing too. A missing value is "
        "never taken for 0 or no.",
        "Fill the cell, or supply one value for all such rows with `--assume field=value`.",
    ),
    Page(
        "D0103",
        "not one of the known values",
        "The field is a choice out of a closed list, and the cell is none of it. The reason names "
        "the nearest value, or all of them.",
        "Write the value as the list has it.",
    ),
    Page(
        "D0104",
        "out of range",
        "The policy declares the least and the greatest value of the field, and the value is not "
        "between them. For a given result they follow from the rules.",
        "Correct the cell. In a percent column look first at how percents are written: 85 may be "
        "meant where 0.85 is read (`--percent-in hundred`).",
    ),
    Page(
        "D0105",
        "not a whole number",
        "A count (of patients, cases, days) has decimal places.",
        "Correct the cell; a count is never rounded.",
    ),
    Page(
        "D0106",
        "money finer than cents",
        "An amount of money has more than two decimal places. Other quantities are rounded and "
        "counted; money never is.",
        "Round the amount in the way that its source prescribes.",
    ),
    Page(
        "D0107",
        "neither yes nor no",
        "The cell of a yes/no column is none of yes, no, true, false, Y, N, 1, 0.",
        "Write yes or no, or leave the cell empty when it is not known.",
    ),
    Page(
        "D0108",
        "not a date",
        "A date is written as year, month, day: `2019-03-31`. A number of five digits is the day "
        "that a spreadsheet counts so (43374 is 2018-10-01), and a note says it. Other orders are "
        "not guessed at: 10/01/2018 has two meanings.",
        'Say the order in the map of columns, `{ to = "...", date = "mdy" }` or `"dmy"`; or rewrite '
        "the column, in a spreadsheet with the format `yyyy-mm-dd`.",
    ),
    Page(
        "D0109",
        "too many values in a list",
        "The field holds a list of numbers (`1;2;3`) with a greatest length, and there are more.",
        "Shorten the list.",
    ),
    Page(
        "D0110",
        "the row does not fit the header",
        "The row has more or fewer cells than the first line has columns. Often a text holds a "
        "comma or a line break and is not in quotation marks.",
        "Quote such texts, or export the file again.",
    ),
    Page(
        "D0111",
        "the line is not a JSON object",
        "In a file of JSON lines each line is one object, `{...}`, and this line is not.",
        "Correct the line; one that was cut off usually means an export that was broken off.",
    ),
    Page(
        "D0112",
        "a second row with the same key",
        "Each row of a record is known by its key, and an earlier row has this one.",
        "Remove one of the two rows.",
    ),
    Page(
        "D0113",
        "the rows disagree",
        "In a flat file, several lines speak of the same clinician, practice or submission (they "
        "have its key) and say different things of it. The first line holds.",
        "Make the columns of that record equal on all its lines, or give the record a file of its "
        "own.",
    ),
    Page(
        "D0114",
        "its parent is not in the data",
        "The row belongs to a row of another record (a measure to its submission), which is not "
        "there.",
        "Add the missing row, or correct the key.",
    ),
    Page(
        "D0115",
        "its parent was rejected",
        "The row belongs to a row of another record that was itself left out; its reason is given.",
        "Correct the parent, and this row is read too.",
    ),
    Page(
        "D0116",
        "not in the catalogue",
        "The row names a measure, an activity or a benchmark that the reference data of the year "
        "do not have. The reason names near ones.",
        "Correct the identifier, or look whether `--measures` is the folder of the right year.",
    ),
    Page(
        "D0117",
        "more rows than the policy allows",
        "The policy declares how many rows a list has at most, and there are more. The first ones "
        "are kept.",
        "Look for rows that were repeated; if they are right, the policy must be amended.",
    ),
    Page(
        "D0118",
        "an identifier in scientific notation",
        "The cell of an NPI or a TIN holds a number such as `1.23457E+09`: a spreadsheet wrote it "
        "so, and the digits that it left out are lost. They are never filled up with zeros.",
        "Make the column wide, give it the format `0` (or Text) and export the file again; in the "
        "workbook itself the digits are still there, and it can be read as it is.",
    ),
    Page(
        "D0119",
        "not the form of an NPI or a TIN",
        "At least half of the different values in the column are NPIs of ten digits (TINs of nine, "
        "with or without dashes), and this one is not. A TIN of seven or eight digits gets its "
        "leading zeros back, with a note, when no TIN of the column begins with a zero: then all "
        "have lost theirs. Where some kept theirs, a short one is a mistake. A column of made-up "
        "names is taken as it stands.",
        "Correct the number. Where the file has pseudonyms, use them in the whole column.",
    ),
    Page(
        "D0120",
        "a suppressed value",
        "The cell says `*`, `<11`, `>95%` or the like: the value is known and kept from you. It is "
        "neither missing nor any number that could be put in its place.",
        "Get the value from its source. If it shall count as missing, say so for the column in the "
        'map: `{ to = "...", missing = ["*"] }`.',
    ),
    Page(
        "D0121",
        "the check digit of the NPI is wrong",
        "The last digit of an NPI follows from the nine before it, and here it does not: most "
        "likely a digit was mistyped or two were swapped. Without `--strict-npi` a note says how "
        "many there are, and the rows are scored, as made-up NPIs in tests and studies are common.",
        "Correct the NPI, or leave out `--strict-npi`.",
    ),
    Page(
        "D0122",
        "an error of the spreadsheet",
        "The cell says `#REF!`, `#N/A`, `#DIV/0!` or the like: its formula has no value. `#N/A` is "
        "not taken for missing, since it mostly is a lookup that found nothing.",
        "Correct the formula, or write the value itself; empty the cell if there is none.",
    ),
    Page(
        "D0123",
        "a row of totals",
        "A last row whose key cells are empty, or whose key or first cell says total, sum, average, "
        "mean or count, is not a row of data.",
        "Remove the row from the file; or in the file of rejects empty all its cells, and give "
        "that file along with your data.",
    ),
    Page(
        "D0124",
        "not in the catalogue in this way",
        "The reference data of the year have the measure, but not with the collection type that "
        "the row says: it could not be sent so in that year. The reason names those it has.",
        "Correct the collection type, or look whether `--measures` is the folder of the right year. "
        "What a registry sends is `mips_cqm`, `qcdr` for a measure of the registry's own, and "
        "`medicare_cqm` for one of an ACO.",
    ),
    Page(
        "D0125",
        "sent for another year",
        "A document of CMS's QPP submissions API says for which performance year it was sent, and "
        "the rules are those of another. Measures and their identifiers differ between the years.",
        "Name the year of the document: `mips run 2019 document.json`. To see what the rules of "
        "another year would make of it, say `--any-year`.",
    ),
)

PAGES: dict[str, Page] = {page.code: page for page in _PAGES}
"""All pages, by code."""
