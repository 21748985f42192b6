package io.muster.service.http.route;

import java.util.List;

/// One resource of the API: the routes it answers. An open family; every bean of it is served.
public interface ArmRoutes {
    List<ArmRoute> routes();
}
