//! Fetches, invalidations, refreshes ahead, evictions and publications in many interleavings. No response may be older
//! than what the cache knows, and no old entry may stay. The faulty [`Rules`] show that the model would find such
//! errors.

use std::{panic::catch_unwind, sync::Arc};

use shuttle::{
    Config, Runner,
    scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler},
    thread::{self, JoinHandle},
};

use crate::cache::{
    model::database::PRODUCTS,
    model::feed::Follower,
    model::world::{Rules, World},
};

/// Interleavings of a scenario that each scheduler tries per round.
const ORDERS: usize = 300;

/// Rounds in which the correct rules must hold.
const ROUNDS: u64 = 10;

/// Rounds within which a faulty rule must fail; most fail in the first.
const MOST_ROUNDS: u64 = 100;

/// Preemptions that PCT aims at: most races need no more.
const DEPTH: usize = 3;

type Scenario = fn(Rules);

/// Creates a world, and a feed that knows all of it.
fn begin(rules: Rules) -> (Arc<World>, Follower) {
    let world = World::new(rules);
    let follower = Follower::start(Arc::clone(&world));
    (world, follower)
}

/// Runs `action` in the world, in a thread of its own.
fn spawn(world: &Arc<World>, action: impl FnOnce(&World) + Send + 'static) -> JoinHandle<()> {
    let world = Arc::clone(world);
    thread::spawn(move || action(&world))
}

fn spawn_requests<const N: usize>(world: &Arc<World>, ids: [i64; N]) -> JoinHandle<()> {
    spawn(world, move |world| ids.iter().for_each(|&id| world.ask(id)))
}

/// Follows the feed while `others` run and after they have ended. Then memory and responses must be current.
fn follow<const N: usize>(
    world: &World,
    mut follower: Follower,
    n_polls: usize,
    others: [JoinHandle<()>; N],
) {
    for _ in 0..n_polls {
        follower.poll();
    }
    for other in others {
        other.join().unwrap();
    }
    follower.poll();
    world.check_memory();
    (0..).take(PRODUCTS).for_each(|id| world.ask(id));
}

/// Products change, are created and are deleted, while they are requested and evicted.
fn changes(rules: Rules) {
    let (world, follower) = begin(rules);
    world.ask(0);
    let writer = spawn(&world, |world| {
        world.database.write(0);
        world.database.write(1);
        world.database.delete(0);
    });
    let evictor = spawn(&world, |world| {
        world.evict(0);
        world.evict(0);
    });
    let one = spawn_requests(&world, [0, 0, 1]);
    let other = spawn_requests(&world, [0, 1, 0]);
    follow(&world, follower, 2, [writer, evictor, one, other]);
}

/// The catalog is published again, twice, while its products are requested and evicted.
fn publications(rules: Rules) {
    let (world, follower) = begin(rules);
    world.ask(0);
    let writer = spawn(&world, |world| {
        world.database.publish();
        world.database.write(0);
        world.database.publish();
    });
    let evictor = spawn(&world, |world| world.evict(0));
    let one = spawn_requests(&world, [0, 0]);
    let other = spawn_requests(&world, [0, 1, 0]);
    follow(&world, follower, 2, [writer, evictor, one, other]);
}

/// A product changes, is requested, evicted and requested again, before the feed reports the change.
fn evicted(rules: Rules) {
    let (world, follower) = begin(rules);
    let slow = spawn_requests(&world, [0]);
    world.database.write(0);
    world.ask(0);
    world.evict(0);
    world.ask(0);
    follow(&world, follower, 0, [slow]);
}

/// A product that is not in memory changes while two clients request it.
fn one_change(rules: Rules) {
    let (world, follower) = begin(rules);
    let requests = [(); 2].map(|()| spawn_requests(&world, [0]));
    world.database.write(0);
    follow(&world, follower, 1, requests);
}

/// A product changes while one client requests it.
fn one_change_one_request(is_resident: bool) {
    let (world, follower) = begin(Rules::AsTheyAre);
    if is_resident {
        world.ask(0);
    }
    let request = spawn_requests(&world, [0]);
    world.database.write(0);
    follow(&world, follower, 1, [request]);
}

/// Runs `scenario` in the interleavings of `scheduler` and counts them.
fn run(scheduler: impl Scheduler + 'static, scenario: impl Fn() + Send + Sync + 'static) -> usize {
    Runner::new(scheduler, Config::new()).run(scenario)
}

/// Runs `scenario` in interleavings with few preemptions and in random ones, the same each time.
fn explore(scenario: Scenario, rules: Rules, rounds: u64) {
    for seed in 0..rounds {
        let pct = PctScheduler::new_from_seed(seed, DEPTH, ORDERS);
        run(pct, move || scenario(rules));
        let random = RandomScheduler::new_from_seed(seed, ORDERS);
        run(random, move || scenario(rules));
    }
}

fn assert_holds(scenario: Scenario) {
    explore(scenario, Rules::AsTheyAre, ROUNDS);
}

/// Expects an interleaving in which `mistake` fails.
#[track_caller]
fn assert_noticed(mistake: Rules, scenario: Scenario) {
    let panic = catch_unwind(|| explore(scenario, mistake, MOST_ROUNDS));
    let panic = panic.expect_err("the mistake is noticed");
    let complaint = panic.downcast::<String>().expect("the world complains");
    assert!(complaint.contains("product "), "{complaint}");
}

#[test]
fn no_response_is_older_than_what_is_known() {
    assert_holds(changes);
}

#[test]
fn no_response_is_older_than_what_is_known_across_publications() {
    assert_holds(publications);
}

#[test]
fn no_response_is_older_than_one_change() {
    assert_holds(one_change);
}

#[test]
fn no_response_is_older_than_an_evicted_one() {
    assert_holds(evicted);
}

#[test]
fn no_interleaving_of_one_change_and_one_request_leaves_an_old_entry() {
    for is_resident in [false, true] {
        let all = DfsScheduler::new(None, false);
        let n_orders = run(all, move || one_change_one_request(is_resident));
        assert!(n_orders > 1_000, "{n_orders} orders");
    }
}

#[test]
fn storing_every_fetch_is_noticed() {
    assert_noticed(Rules::FetchesAlwaysStored, one_change);
}

#[test]
fn asking_for_the_minimum_too_early_is_noticed() {
    assert_noticed(Rules::MinimumAskedBefore, one_change);
}

#[test]
fn fetches_that_raise_no_minimum_are_noticed() {
    assert_noticed(Rules::FetchesRaiseNothing, evicted);
}

#[test]
fn raising_minimum_versions_too_late_is_noticed() {
    assert_noticed(Rules::MinimumRaisedAfter, one_change);
}

#[test]
fn replacing_only_what_was_resident_is_noticed() {
    assert_noticed(Rules::OnlyResidentReplaced, one_change);
}

#[test]
fn sharing_a_response_is_noticed() {
    assert_noticed(Rules::AnswersJoined, one_change);
}

#[test]
fn sharing_a_read_is_noticed() {
    assert_noticed(Rules::ReadsJoined, publications);
}

#[test]
fn taking_the_token_too_late_is_noticed() {
    assert_noticed(Rules::TokensTakenLate, publications);
}

#[test]
fn observing_a_publication_too_late_is_noticed() {
    assert_noticed(Rules::EpochsObservedLate, publications);
}
