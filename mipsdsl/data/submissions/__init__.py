"""CMS's QPP submissions-API documents, of any year, into sheets of what is scored.

Layout only: names of the API on the left, names of the records on the right. Source: the documents
and the data model of CMS's QPP submissions API.
"""

from mipsdsl.data.submissions.documents import Document, documents_in, year_of
from mipsdsl.data.submissions.sheets import sheets_of

__all__ = ["Document", "documents_in", "sheets_of", "year_of"]
