//! Answers that AWS should never give, and that the emulator does not: whole, well-formed, and without what they should tell.

use emulator::{Answer, Fleet};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::stage::{Stage, change, error, schedule};

/// Answers every request with what `answer` makes of its text.
async fn serve(answer: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(reply(connection, answer));
        }
    });
    endpoint
}

async fn reply(mut connection: TcpStream, answer: fn(&str) -> String) {
    let mut request = vec![0; 65_536];
    let mut length = 0;
    while !is_whole(&String::from_utf8_lossy(&request[..length])) {
        match connection.read(&mut request[length..]).await {
            Ok(0) | Err(_) => return,
            Ok(read) => length += read,
        }
    }
    let body = answer(&String::from_utf8_lossy(&request[..length]));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = connection.write_all((head + &body).as_bytes()).await;
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn clusters(inner: &str) -> String {
    let namespace = "http://rds.amazonaws.com/doc/2014-10-31/";
    format!(
        "<DescribeDBClustersResponse xmlns=\"{namespace}\"><DescribeDBClustersResult>{inner}</DescribeDBClustersResult></DescribeDBClustersResponse>"
    )
}

/// What a change and a schedule, each of which must fail, are answered when AWS answers so.
async fn errors(answer: fn(&str) -> String) -> [String; 2] {
    let endpoint = serve(answer).await;
    let stage = Stage::with_variables(Fleet::healthy(1), [("AWS_ENDPOINT_URL", endpoint.as_str())]).await;
    let (_, of_change) = error(stage.send(change("c-0001", json!({}))).await);
    let (_, of_schedule) = error(stage.send(schedule(json!({}))).await);
    [of_change, of_schedule]
}

#[tokio::test]
async fn an_answer_without_the_list_of_clusters_does_not_say_that_there_are_none() {
    for message in errors(|_| clusters("")).await {
        assert!(message.contains("the answer has no DBClusters"), "{message}");
    }
}

#[tokio::test]
async fn a_cluster_without_a_name_may_be_the_one_that_is_asked_for() {
    for message in errors(|_| clusters("<DBClusters><DBCluster><Engine>neptune</Engine></DBCluster></DBClusters>")).await {
        assert!(message.contains("the answer has no DBClusterIdentifier"), "{message}");
    }
}

#[tokio::test]
async fn a_cluster_with_a_blank_resource_id_is_no_other_cluster_of_the_same_name() {
    let cluster = |_: &str| {
        let named = "<DBClusterIdentifier>c-0001</DBClusterIdentifier><DbClusterResourceId></DbClusterResourceId>";
        clusters(&format!("<DBClusters><DBCluster>{named}<Engine>neptune</Engine></DBCluster></DBClusters>"))
    };
    for message in errors(cluster).await {
        assert!(message.contains("the answer has no DbClusterResourceId"), "{message}");
    }
}

#[tokio::test]
async fn a_cluster_may_be_on_the_page_after_an_empty_one() {
    let pages = |request: &str| {
        if request.contains("Marker=") {
            clusters("<DBClusters><DBCluster><DBClusterIdentifier>c-0001</DBClusterIdentifier></DBCluster></DBClusters>")
        } else {
            clusters("<DBClusters></DBClusters><Marker>more</Marker>")
        }
    };
    for message in errors(pages).await {
        assert!(message.contains("cluster `c-0001`: the answer has no DbClusterResourceId"), "it was found: {message}");
    }
}

#[tokio::test]
async fn pages_in_a_circle_of_several_are_a_listing_that_breaks_off() {
    let next = |request: &str| {
        let next = [("Marker=a", "b"), ("Marker=b", "c"), ("Marker=c", "a")].into_iter().find(|(asked, _)| request.contains(asked));
        clusters(&format!("<DBClusters></DBClusters><Marker>{}</Marker>", next.map_or("a", |(_, next)| next)))
    };
    for message in errors(next).await {
        assert!(message.contains("the answer points to a page that was read already"), "{message}");
    }
}

/// Clusters are deleted while they are listed: what was the first of the next page is on this one by then, and on the next one too.
#[tokio::test]
async fn a_cluster_that_is_listed_twice_is_judged_once() {
    let shifted = |request: &str| {
        let cluster = |name: &str| {
            let named =
                format!("<DBClusterIdentifier>{name}</DBClusterIdentifier><DbClusterResourceId>cluster-{name}</DbClusterResourceId>");
            let rest = "<Engine>neptune</Engine><Status>available</Status><DBClusterParameterGroup>audited</DBClusterParameterGroup>\
                        <EnabledCloudwatchLogsExports><member>audit</member></EnabledCloudwatchLogsExports>";
            format!("<DBCluster>{named}{rest}</DBCluster>")
        };
        let group = |name: &str| json!({ "logGroupName": format!("/aws/neptune/{name}/audit") });
        if request.contains("Action=DescribeDBClusterParameters") {
            let on = "<Parameter><ParameterName>neptune_enable_audit_log</ParameterName><ParameterValue>1</ParameterValue></Parameter>";
            let list = format!("<DescribeDBClusterParametersResult><Parameters>{on}</Parameters></DescribeDBClusterParametersResult>");
            format!("<DescribeDBClusterParametersResponse>{list}</DescribeDBClusterParametersResponse>")
        } else if request.contains("Marker=") {
            clusters(&format!("<DBClusters>{}{}</DBClusters>", cluster("one"), cluster("two")))
        } else if request.contains("Action=DescribeDBClusters") {
            clusters(&format!("<DBClusters>{}</DBClusters><Marker>more</Marker>", cluster("one")))
        } else if request.contains("DescribeLogGroups") {
            json!({ "logGroups": [group("one"), group("two")] }).to_string()
        } else {
            "{}".to_owned()
        }
    };
    let endpoint = serve(shifted).await;
    let stage = Stage::with_variables(Fleet::healthy(1), [("AWS_ENDPOINT_URL", endpoint.as_str())]).await;
    let answer = stage.send(schedule(json!({}))).await;
    let Answer::Response(summary) = answer else { panic!("{answer:?}") };
    assert_eq!((&summary["compliant"], &summary["nonCompliant"]), (&json!(2), &json!(0)), "{summary}");
}
