//! Which test covers which case of a repository, so that one that is missing is seen.

/// Every case, with the tests that make it with the real git.
const ROWS: &[(&str, &[&str])] = &[
    ("no commit yet", &["history::lines", "reading::heads_of_every_kind", "hooks::a_hook_in_other_places"]),
    ("a detached head", &["reading::heads_of_every_kind"]),
    ("tags and other revisions", &["reading::revisions_are_commits_or_errors"]),
    ("a linked worktree", &["history::sha256_and_worktrees_and_submodules", "hooks::a_hook_in_other_places"]),
    ("a linked worktree of a shallow clone", &["edges::a_worktree_of_a_cut_clone_is_cut"]),
    ("a subdirectory", &["reading::paths_are_relative_to_where_the_user_is", "hooks::a_hook_in_other_places"]),
    ("a bare repository", &["reading::a_bare_repository_has_history_and_no_index"]),
    ("a submodule", &["history::sha256_and_worktrees_and_submodules"]),
    ("no repository", &["reading::no_repository_is_an_error_with_a_remedy"]),
    ("the config in the root commit", &["history::lines"]),
    ("shallow, at depth 1, 2 and 3", &["partial::shallow_clones_know_what_they_do_not_know"]),
    ("shallow, and made whole", &["partial::shallow_clones_know_what_they_do_not_know"]),
    ("shallow, with a change above the cut", &["partial::a_change_above_the_cut_is_an_answer"]),
    ("shallow, with the parting behind the cut", &["partial::a_parting_behind_the_cut_is_unknown"]),
    ("an edited list of cuts", &["tampered::a_forged_cut_is_a_cut"]),
    ("GIT_SHALLOW_FILE", &["edges::a_list_of_cuts_from_the_environment_is_believed"]),
    ("partial, tree:0", &["partial::partial_clones_name_their_remedy"]),
    (
        "partial, blob:none",
        &["partial::partial_clones_name_their_remedy", "partial::blobs_that_never_changed_need_not_be_there"],
    ),
    ("a missing or broken parent, tree or blob", &["tampered::missing_and_broken_objects_are_holes"]),
    ("a hole or a cut where a second thread reads", &["edges::what_is_read_ahead_is_the_same"]),
    (
        "replace refs",
        &["tampered::replace_refs_and_grafts_show_nothing_else", "bypass::what_shows_in_the_history_is_refused"],
    ),
    ("grafts", &["tampered::replace_refs_and_grafts_show_nothing_else"]),
    ("an edited commit-graph", &["tampered::an_edited_commit_graph_changes_nothing"]),
    ("a commit-graph older than the tip", &["tampered::a_graph_older_than_the_tip_changes_nothing"]),
    ("SHA-256", &["history::sha256_and_worktrees_and_submodules"]),
    ("reftable", &["tampered::reftable_is_refused_by_name"]),
    ("alternates, there and gone", &["tampered::borrowed_objects_are_read_and_missed"]),
    ("another owner", &["tampered::a_repository_of_someone_else_is_read"]),
    ("packed", &["tampered::packed_history_is_the_same_history"]),
    ("quarantine", &["edges::objects_in_quarantine_are_an_error"]),
    ("an octopus", &["history::merges", "oracle::agrees_with_a_second_opinion"]),
    ("a foxtrot", &["history::merges", "bypass::what_shows_in_the_history_is_refused"]),
    ("a merge of an old branch", &["history::merges"]),
    ("a clean merge of a change", &["history::merges", "bypass::what_shows_in_the_history_is_refused"]),
    ("a fast-forward to an old branch", &["bypass::what_cannot_show_passes_and_is_named"]),
    ("a backdated tip", &["history::dates", "bypass::what_shows_in_the_history_is_refused"]),
    ("a backdated change", &["history::dates", "bypass::what_shows_in_the_history_is_refused"]),
    ("two backdated in a row", &["history::dates", "bypass::what_shows_in_the_history_is_refused"]),
    ("a date in the future", &["history::dates", "bypass::what_shows_in_the_history_is_refused"]),
    ("where branches parted, with dates that run backwards", &["history::where_branches_parted_is_no_matter_of_dates"]),
    ("a rename without a change, and with one", &["history::renames", "bypass::what_shows_in_the_history_is_refused"]),
    ("deleted and added again", &["history::lines", "bypass::what_shows_in_the_history_is_refused"]),
    ("a link", &["history::lines", "index::every_case"]),
    ("a directory or a submodule in place of the config", &["edges::a_config_that_is_none_is_a_fault_of_the_tip"]),
    ("a mode", &["history::lines", "index::every_case"]),
    ("a pointer to a large file", &["edges::a_config_that_is_none_is_a_fault_of_the_tip"]),
    ("a huge blob", &["reading::what_stands_in_a_commit", "edges::a_config_that_is_none_is_a_fault_of_the_tip"]),
    ("CRLF", &["edges::line_ends_are_no_change"]),
    ("the index: -N, rm --cached, split, version 4, sparse, skip-worktree", &["index::every_case"]),
    ("the index: a sparse one is made", &["index::a_sparse_index_is_one"]),
    ("the index: conflicts", &["index::conflicts_are_errors"]),
    ("the index: missing or broken", &["index::an_index_that_is_missing_or_broken"]),
    ("commit -a, commit PATH, amend", &["hooks::a_hook_sees_what_will_be_committed"]),
    ("the merge of a pull request at depth 1, 2 and full", &["partial::a_synthetic_merge_of_a_pull_request"]),
    (
        "a message with comments and scissors",
        &["reading::comments_start_as_configured", "cli::without_an_editor_a_number_sign_is_no_comment"],
    ),
    (
        "what a merge brought",
        &[
            "reading::commits_between_two_are_those_a_merge_brought",
            "history::words_come_from_the_commits_that_changed_it",
        ],
    ),
    (
        "every visible way around the cooldown",
        &["bypass::what_shows_in_the_history_is_refused", "bypass::what_slipped_past_every_hook_is_not_traded"],
    ),
    ("a shallow checkout, judged", &["cli::a_cut_history_cannot_tell"]),
    ("the policy in the same change", &["cli::a_change_does_not_bring_its_own_cooldown"]),
];

const SOURCES: &[(&str, &str)] = &[
    ("bypass", include_str!("bypass.rs")),
    ("cli", include_str!("../cli/history.rs")),
    ("edges", include_str!("edges.rs")),
    ("history", include_str!("history.rs")),
    ("hooks", include_str!("hooks.rs")),
    ("index", include_str!("index.rs")),
    ("oracle", include_str!("oracle.rs")),
    ("partial", include_str!("partial.rs")),
    ("reading", include_str!("reading.rs")),
    ("tampered", include_str!("tampered.rs")),
];

#[test]
fn every_case_has_its_test() {
    for (case, tests) in ROWS {
        assert!(!tests.is_empty(), "{case}");
        for test in *tests {
            let (module, name) = test.split_once("::").unwrap();
            let (_, source) = SOURCES.iter().find(|(other, _)| *other == module).unwrap_or_else(|| panic!("{test}"));
            assert!(source.contains(&format!("#[test]\nfn {name}()")), "{case}: there is no test {test}");
        }
    }
}
