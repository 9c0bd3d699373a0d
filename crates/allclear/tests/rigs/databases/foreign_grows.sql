-- Fails where anything is missing of what foreign.sql made.
insert into bookmarks (id, address) values (2, 'https://example.com/');
