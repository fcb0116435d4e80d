//! What holds for any answers.

use awsvpc_auditor_engine::probe::{
    Circumstances, Configured, Connected, Handshake, Meaning, PathSize, Probe, Probed, Resolved,
    Standing, Took, Vantage, compare, saved_file,
};
use proptest::prelude::*;

use crate::{at_one, closed, probed, unknown};

fn words() -> impl Strategy<Value = String> {
    "[ -~é\u{2028}\\n\"]{0,20}"
}

fn resolved() -> impl Strategy<Value = Resolved> {
    let took = any::<u64>().prop_map(Took);
    prop_oneof![
        Just(Resolved::NotNeeded),
        Just(probed(Connected::NotTried).resolved),
        took.prop_map(|took_ms| Resolved::NoSuchName { took_ms }),
        words().prop_map(|how| Resolved::ServerFails { how }),
        Just(Resolved::Silent { waited_ms: Took(1) }),
        words().prop_map(|how| Resolved::Fails { how }),
        words().prop_map(|why| Resolved::CantTell { why }),
    ]
}

fn connected() -> impl Strategy<Value = Connected> {
    prop_oneof![
        Just(Connected::NotTried),
        Just(crate::open()),
        Just(Connected::Open {
            address: None,
            took_ms: Took(1)
        }),
        Just(crate::refused()),
        Just(crate::silent()),
        words().prop_map(|how| Connected::NoWay { how }),
        words().prop_map(|how| Connected::Fails { how }),
        words().prop_map(|why| Connected::CantTell { why }),
    ]
}

fn handshake() -> impl Strategy<Value = Handshake> {
    prop_oneof![
        Just(Handshake::NotTried),
        proptest::option::of(words()).prop_map(|distrusted| Handshake::Done {
            took_ms: Took(1),
            distrusted
        }),
        words().prop_map(|how| Handshake::Fails { how }),
        Just(Handshake::Silent { waited_ms: Took(1) }),
        words().prop_map(|why| Handshake::CantTell { why }),
    ]
}

fn path() -> impl Strategy<Value = PathSize> {
    prop_oneof![
        Just(PathSize::NotTried),
        any::<u32>().prop_map(|bytes| PathSize::Carries { bytes }),
        any::<u32>().prop_map(|bytes| PathSize::Narrows { bytes }),
        any::<u32>().prop_map(|swallows| PathSize::BlackHole {
            carries: None,
            swallows
        }),
        words().prop_map(|why| PathSize::CantTell { why }),
    ]
}

fn any_probed() -> impl Strategy<Value = Probed> {
    (resolved(), connected(), handshake(), path()).prop_map(
        |(resolved, connected, handshake, path)| Probed {
            resolved,
            handshake,
            path,
            ..probed(connected)
        },
    )
}

fn any_configured() -> impl Strategy<Value = Configured> {
    prop_oneof![Just(Configured::Open), Just(closed()), Just(unknown())]
}

proptest! {
    #[test]
    fn a_contradiction_is_an_open_port_where_it_is_closed(
        configured in any_configured(),
        probed in any_probed(),
    ) {
        let (_, meaning) = compare(&at_one(configured.clone()), &probed, Circumstances::default());
        let is_closed = matches!(configured, Configured::Closed(_));
        let contradicts = matches!(meaning, Meaning::Contradiction { .. });
        prop_assert_eq!(contradicts, is_closed && probed.connected.is_open());
    }

    #[test]
    fn what_isn_t_known_is_never_fine(configured in any_configured(), probed in any_probed()) {
        let (_, meaning) = compare(&at_one(configured.clone()), &probed, Circumstances::default());
        let works = matches!(meaning, Meaning::Works);
        let fine = configured == Configured::Open && probed.standing() == Standing::Works;
        prop_assert_eq!(works, fine);
        let is_open = matches!(probed.connected, Connected::Open { .. });
        prop_assert!(!works || is_open);
        prop_assert!(!meaning.to_string().is_empty());
    }

    #[test]
    fn what_is_saved_is_read_again(all in proptest::collection::vec(any_probed(), 0..4)) {
        let probe = Probe {
            vantage: Vantage::Here { name: "subnet-app".to_owned() },
            asked_at: None,
            name_servers: vec!["10.0.0.2".parse().unwrap()],
            interfaces: Vec::new(),
            targets: all,
            cut_short: None,
        };
        let text = saved_file(std::slice::from_ref(&probe)).unwrap();
        let mut reader = awsvpc_auditor_engine::facts::SnapshotReader::default();
        reader.add("probes.json", text).unwrap();
        prop_assert_eq!(&reader.finish().unwrap().probes, &vec![probe]);
    }
}
